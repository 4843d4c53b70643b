using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FaceMix.Trainer.Data;
using FaceMix.Trainer.Data.Drawn;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Training;
using Spectre.Console;

namespace FaceMix.Trainer.Commands;

/// <summary><c>evaluate</c>: PSNR on faces no step saw and, for drawn ones, what a judge still reads from reconstructions.</summary>
internal static class EvaluateCommand
{
    // Neither training nor held-out faces come from it.
    private const ulong JudgeSeed = 0x4A55444745UL;
    private const int JudgeFaces = 400_000;

    private static readonly string[] s_needed = ["Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Red_Hair", "Eyeglasses", "Smiling"];

    private static readonly Option<string> s_model = CommonOptions.ModelName();
    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Seed of drawn faces; the held-out ones follow from it");
    private static readonly Option<int> s_count = new("--count") { Description = "Held-out faces to measure on", HelpName = "N", DefaultValueFactory = _ => 2000 };
    private static readonly Option<int> s_judgeSteps = new("--judge-steps")
    {
        Description = "Steps to train the judge at most, 64 faces each; a trained judge is kept and used again. 0: no judge",
        HelpName = "N",
        DefaultValueFactory = _ => 3000,
    };

    private static readonly Option<int> s_threads = CommonOptions.Threads();
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("evaluate", "Measures a published model on faces it never saw")
        {
            s_model, s_models, s_data, s_labels, s_seed, s_count, s_judgeSteps, s_threads, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var models = parsed.GetValue(s_models)!;
        var count = parsed.GetValue(s_count);
        if (count is < 8 or > 100_000)
            throw new UsageException($"--count is {count}; it must be 8 to 100000.");
        Machine.UseThreads(parsed.GetValue(s_threads));
        var (manifest, folder) = ModelLookup.Find(models, parsed.GetValue(s_model)!);
        using var faces = new OnnxFaces(folder, manifest.ImageSize, manifest.LatentSize, parsed.GetValue(s_threads));
        using var data = CommonOptions.Open(
            parsed.GetValue(s_data)!, parsed.GetValue(s_labels), models, manifest.ImageSize, parsed.GetValue(s_seed), 20_000, count, interruption.Token);
        var measured = Measurement.Of(faces, data, count);
        try
        {
            var steps = parsed.GetValue(s_judgeSteps);
            var scores = data.IsDrawn && steps > 0 ? Ask(models, measured, data.HeldOut, steps, interruption.Token) : null;
            Show(manifest.Id.ToString(), measured, scores);
            if (parsed.GetValue(s_json))
                Console.WriteLine(Json(manifest.Id.ToString(), measured, scores));
            return interruption.ExitCode;
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            return interruption.ExitCode;
        }
    }

    private static Verdict Ask(string models, Measurement measured, IFaceSource heldOut, int steps, CancellationToken cancellation)
    {
        var truth = Enumerable.Range(0, measured.HeldOut).Select(i => heldOut.Attributes((int)((long)i * heldOut.Count / measured.HeldOut))).ToArray();
        using var judge = TrainedJudge(models, heldOut.Size, steps, cancellation);
        IReadOnlyList<JudgeScore> Scores(byte[] rgb) =>
            JudgeScores.Of(JudgeTraining.Answers(judge, rgb, measured.HeldOut, heldOut.Size), truth, heldOut.AttributeNames);
        return new Verdict(Scores(measured.Originals), Scores(measured.Reconstructions));
    }

    private static Judge TrainedJudge(string models, int size, int steps, CancellationToken cancellation)
    {
        using var source = new DrawnSource(JudgeSeed, JudgeFaces, size);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Digest} {steps}")))[..16];
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "cache", $"judge-{key}.safetensors");
        if (File.Exists(path))
        {
            var kept = new Judge(size, source.AttributeNames.Count);
            Weights.Load(path).CopyTo(kept);
            kept.eval();
            return kept;
        }
        Console.Error.WriteLine($"Training a judge on drawn originals, at most {steps} steps; it is kept as {path}.");
        var judge = JudgeTraining.Train(source, JudgeSeed, steps, Console.Error.WriteLine, cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Weights.Of(judge).Save(path);
        return judge;
    }

    private static void Show(string model, Measurement measured, Verdict? verdict)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        // A log has no width of its own.
        console.Profile.Width = Math.Max(console.Profile.Width, 110);
        Console.Error.WriteLine($"{model}: PSNR {measured.PsnrDb:0.00} dB on {measured.HeldOut} held-out faces; their mean picture reaches {measured.MeanPicturePsnrDb:0.00} dB. KL {measured.KlNats:0.0} nats.");
        if (verdict is null)
            return;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("attribute").AddColumn("originals, right").AddColumn("reconstructions, right").AddColumn("reconstructions, balanced");
        foreach (var (original, reconstruction) in verdict.Originals.Zip(verdict.Reconstructions))
        {
            table.AddRow(
                s_needed.Contains(original.Attribute) ? $"{original.Attribute} *" : original.Attribute,
                $"{original.Accuracy:0.0%}", $"{reconstruction.Accuracy:0.0%}", $"{reconstruction.Balanced:0.0%}");
        }
        console.Write(table);
        console.WriteLine($"Worst on originals: {verdict.WorstOriginal:0.0%}. Worst of those marked * on reconstructions, balanced: {verdict.WorstNeeded:0.0%}.");
    }

    private static string Json(string model, Measurement measured, Verdict? verdict) => JsonSerializer.Serialize(new
    {
        model,
        psnr_db = measured.PsnrDb,
        mean_picture_psnr_db = measured.MeanPicturePsnrDb,
        kl_nats = measured.KlNats,
        held_out = measured.HeldOut,
        worst_original_accuracy = verdict?.WorstOriginal,
        worst_needed_balanced = verdict?.WorstNeeded,
        judge = verdict?.Originals.Zip(verdict.Reconstructions, (o, r) => new
        {
            attribute = o.Attribute,
            original_accuracy = o.Accuracy,
            reconstruction_accuracy = r.Accuracy,
            reconstruction_balanced = r.Balanced,
        }),
    });

    private sealed record Verdict(IReadOnlyList<JudgeScore> Originals, IReadOnlyList<JudgeScore> Reconstructions)
    {
        public double WorstOriginal => Originals.Min(score => score.Accuracy);

        public double WorstNeeded => Reconstructions.Where(score => s_needed.Contains(score.Attribute)).Min(score => score.Balanced);
    }
}
