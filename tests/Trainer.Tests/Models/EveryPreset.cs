using System.Diagnostics;
using FaceMix.Datasets;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Models;

/// <summary>Each preset's own network and loss, narrowed until a step takes milliseconds.</summary>
public sealed class EveryPreset
{
    private const int Steps = 4;

    private static readonly Dictionary<string, string[]> s_narrow = new(StringComparer.Ordinal)
    {
        ["face-mixing-256"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.decoder=[8,6,4,4]"],
        ["anime-64"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.hidden=12", "model.decoder=[8,6,4]"],
        ["iiitb-256"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.hidden=12", "model.decoder=[6,6,4]"],
        ["ffhq-conv-96"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.hidden=12", "model.decoder=[8,6,4]"],
        ["facemix-64"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.style=6", "model.decoder=[8,6,4]"],
        ["facemix-128"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.style=6", "model.decoder=[8,6,4]"],
        ["facemix-256"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.style=6", "model.decoder=[8,6,4]"],
        ["facemix-32-tiny"] = [],
        ["beta-vae-celeba"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.decoder=[8,6,4]", "model.dropout=0.1"],
        ["msssim-celeba"] = ["model.image_size=32", "model.latent=6", "model.encoder=[4,6,8]", "model.decoder=[8,6,4]"],
        ["mnist-dense"] = [],
        ["autoencoder-dense"] = ["model.latent=8", "model.encoder=[12]", "model.decoder=[12]"],
        ["autoencoder-conv"] = ["model.latent=98", "model.encoder=[4,2]", "model.decoder=[2,4]"],
        ["autoencoder-denoising"] = ["model.latent=98", "model.encoder=[4,2]", "model.decoder=[2,4]"],
    };

    public static TheoryData<string> Names => [.. PresetReader.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Learns_goes_on_from_a_checkpoint_and_is_exported_as_it_was_trained(string name)
    {
        using var folder = new TemporaryFolder();
        set_num_threads(1);
        using var run = new TrainingRun(Narrow(name), 2);
        Learn(run, 2);
        Checkpoint.Save(run, folder.File("checkpoint"));
        Learn(run, Steps);
        // It has gone another way already: everything must come from the file.
        using var again = new TrainingRun(Narrow(name), 2);
        Learn(again, 1);
        Checkpoint.Load(again, folder.File("checkpoint"));
        Learn(again, Steps);

        var weights = Weights.Of(run.Model);
        foreach (var (key, weight) in Weights.Of(again.Model).Values)
            Assert.Equal(weights[key].Values, weight.Values);
        Assert.Equal(Steps, run.State.Step);
        Assert.Equal(0, run.State.Skipped);

        using var faces = Exported(folder, run);
        Assert.InRange(ExportCheck.Decoder(run.Model, faces, seed: 3), 0, 1);
        AgreesOnEncoding(run.Model, faces);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_as_many_numbers_as_its_description_says(string name)
    {
        var preset = Narrow(name);
        using var model = new FaceModel(preset.Model);

        Assert.Equal(NetworkDescription.Of(preset.Model).Parameters, Weights.Floating(model).Sum(pair => pair.Tensor.numel()));
        Assert.Equal(NetworkDescription.Of(preset.Model).Learnt, model.parameters().Sum(parameter => parameter.numel()));
    }

    [NeedsPythonOnnx]
    public void All_files_pass_the_checker_of_ONNX_itself()
    {
        using var folder = new TemporaryFolder();
        var files = new List<string>();
        foreach (var name in PresetReader.Names)
        {
            var preset = Narrow(name);
            using var model = new FaceModel(preset.Model);
            files.AddRange([folder.File($"{name}-decoder.onnx"), folder.File($"{name}-encoder.onnx")]);
            File.WriteAllBytes(files[^2], ModelExport.Decoder(preset.Model, Weights.Of(model)));
            File.WriteAllBytes(files[^1], ModelExport.Encoder(preset.Model, Weights.Of(model)));
        }
        const string check = "import onnx, sys\nfor path in sys.argv[1:]:\n    onnx.checker.check_model(onnx.load(path), full_check=True)";

        using var process = Process.Start(new ProcessStartInfo(PythonScript.Interpreter, ["-c", check, .. files]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, error);
    }

    internal static Preset Narrow(string name) => PresetReader.Read(name, [.. s_narrow[name], "training.batch=8", "training.warmup_steps=1"]);

    private static void Learn(TrainingRun run, long until)
    {
        using var source = Faces(4, 64, run.Preset.Model);
        using var loader = new BatchLoader(source, new BatchLoaderOptions { BatchSize = run.Preset.Training.Batch, Seed = 4, Start = run.State.Next });
        while (run.State.Step < until)
        {
            using var batch = loader.Next(CancellationToken.None)!;
            run.Step(batch.Pixels, batch.Count, batch.NextPosition, run.State.Step / (double)Steps);
        }
    }

    internal static IFaceSource Faces(ulong seed, int count, ModelOptions model) => FaceDataset.Open(
        new FaceDataOptions { Size = model.ImageSize, Grey = model.Channels == 1, Seed = seed, SyntheticCount = count, SyntheticHeldOut = 8, CacheFolder = string.Empty },
        progress: null, CancellationToken.None).Training;

    private static OnnxFaces Exported(TemporaryFolder folder, TrainingRun run)
    {
        var weights = Weights.Of(run.Model);
        File.WriteAllBytes(folder.File(ModelFiles.Decoder), ModelExport.Decoder(run.Preset.Model, weights));
        File.WriteAllBytes(folder.File(ModelFiles.Encoder), ModelExport.Encoder(run.Preset.Model, weights));
        return new OnnxFaces(folder.Path, run.Preset.Model.ImageSize, run.Preset.Model.Latent, threads: 1);
    }

    private static void AgreesOnEncoding(FaceModel model, OnnxFaces faces)
    {
        const int count = 6;
        using var source = Faces(8, count, model.Options);
        var rgb = source.ReadSpread(count);
        var (mean, logvar) = faces.Encode(rgb);

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        model.eval();
        var expected = model.Encode(Pixels.ToTensor(rgb, count, model));
        Close(expected.Mean, mean);
        if (expected.Logvar is { } wanted)
            Close(wanted, logvar);
        else
            Assert.All(logvar, value => Assert.Equal(ModelExport.CertainLogvar, value));
    }

    private static void Close(Tensor expected, float[] actual)
    {
        var wanted = expected.contiguous().data<float>().ToArray();
        Assert.Equal(wanted.Length, actual.Length);
        for (var i = 0; i < wanted.Length; i++)
            Assert.Equal(wanted[i], actual[i], 1e-3f * (1 + MathF.Abs(wanted[i])));
    }
}
