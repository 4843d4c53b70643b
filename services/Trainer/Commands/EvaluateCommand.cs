using System.CommandLine;
using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Jobs;

namespace FaceMix.Trainer.Commands;

/// <summary><c>evaluate</c>: everything that is measured of a published model, on faces that no step saw.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> s_model = CommonOptions.ModelName();
    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Seed of drawn faces; the held-out ones follow from it");
    private static readonly Option<int> s_count = new("--count") { Description = "Held-out faces to measure on, and samples of each sampler", HelpName = "N", DefaultValueFactory = _ => 2000 };
    private static readonly Option<int> s_judgeSteps = new("--judge-steps")
    {
        Description = "Steps to train the judge at most, 64 faces each; a trained judge is published beside the models and used again. 0: no judge",
        HelpName = "N",
        DefaultValueFactory = _ => 3000,
    };

    private static readonly Option<string?> s_judge = new("--judge")
    {
        Description = "A judge that is published already, whatever it learnt from; otherwise the one of these data and steps",
        HelpName = "NAME[@VERSION]",
    };

    private static readonly Option<string?> s_featuresSha256 = new("--features-sha256") { Description = "SHA-256 that the file of --features must have", HelpName = "HEX" };

    private static readonly Option<string?> s_features = new("--features")
    {
        Description = "An ONNX classifier whose features the Fréchet distance uses, or FILE:VALUE for a value within it; otherwise the judge's",
        HelpName = "FILE[:VALUE]",
    };

    private static readonly Option<int> s_threads = CommonOptions.Threads();
    private static readonly Option<string?> s_device = CommonOptions.Device("auto; the judge learns and answers there, the model's ONNX files run on the CPU");
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("evaluate", "Measures a published model on faces it never saw")
        {
            s_model, s_models, s_data, s_labels, s_seed, s_count, s_judgeSteps, s_judge, s_features, s_featuresSha256, s_threads, s_device, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var models = parsed.GetValue(s_models)!;
        var options = new EvaluationOptions
        {
            Count = parsed.GetValue(s_count),
            JudgeSteps = parsed.GetValue(s_judgeSteps),
            Judge = parsed.GetValue(s_judge),
            Features = parsed.GetValue(s_features),
            FeaturesSha256 = parsed.GetValue(s_featuresSha256),
            Threads = parsed.GetValue(s_threads),
            Device = Devices.Choose(parsed.GetValue(s_device) ?? Devices.Auto),
        };
        if (options.Count is < 8 or > 100_000)
            throw new UsageException($"--count is {options.Count}; it must be 8 to 100000.");
        Machine.UseThreads(options.Threads);
        var (manifest, folder) = ModelLookup.Find(models, parsed.GetValue(s_model)!);
        var most = Array.MaxLength / (manifest.ImageSize * manifest.ImageSize * 3);
        if (options.Count > most)
            throw new UsageException($"--count is {options.Count}; of faces of {manifest.ImageSize} pixels at most {most} can be held at once.");
        using var faces = new OnnxFaces(folder, manifest.ImageSize, manifest.LatentSize, options.Threads);
        using var data = CommonOptions.Open(
            parsed.GetValue(s_data)!, parsed.GetValue(s_labels), models, manifest.ImageSize, manifest.IsGrey, parsed.GetValue(s_seed), 20_000, options.Count, interruption.Token);
        try
        {
            var evaluation = EvaluateJob.Run(faces, OpenDensity(folder, manifest), data, models, options, what => new WorkProgress(what), Console.Error.WriteLine, interruption.Token);
            EvaluationText.Show(manifest.Id.ToString(), evaluation);
            if (parsed.GetValue(s_json))
                Console.WriteLine(EvaluationText.Json(manifest.Id.ToString(), evaluation));
            return interruption.ExitCode;
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            return interruption.ExitCode;
        }
    }

    private static LatentDensity? OpenDensity(string folder, ModelManifest manifest) =>
        manifest.Files.ContainsKey(ModelFiles.Density) ? LatentDensity.Read(Path.Combine(folder, ModelFiles.Density), manifest.LatentSize) : null;
}
