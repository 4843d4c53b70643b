using System.Diagnostics;
using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Export;

public sealed class ExportedGraphs
{
    [Fact]
    public void The_decoder_equals_the_trained_one_within_one_255th()
    {
        using var folder = new TemporaryFolder();
        using var model = Trained(folder);
        using var faces = new OnnxFaces(folder.Path, 32, model.Options.Latent, threads: 1);

        Assert.InRange(ExportCheck.Decoder(model, faces, seed: 3), 0, 1);
    }

    [Fact]
    public void The_encoder_equals_the_trained_one()
    {
        using var folder = new TemporaryFolder();
        using var model = Trained(folder);
        using var faces = new OnnxFaces(folder.Path, 32, model.Options.Latent, threads: 1);
        // More than one batch of the session, and not a whole number of them.
        const int count = 70;
        var rgb = new SyntheticSource(8, count, 32).ReadSpread(count);

        var (mean, logvar) = faces.Encode(rgb);

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var expected = model.Encode(Pixels.ToTensor(rgb, count, 32));
        Close(expected.Mean.data<float>().ToArray(), mean);
        Close(expected.Logvar!.data<float>().ToArray(), logvar);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e30f)]
    public void A_latent_that_is_no_number_or_huge_gives_a_picture_and_spoils_no_other(float bad)
    {
        using var folder = new TemporaryFolder();
        using var model = Trained(folder);
        var latent = model.Options.Latent;
        using var faces = new OnnxFaces(folder.Path, 32, latent, threads: 1);
        var good = Noise.Normal(1, 0, latent);

        var pictures = faces.Decode([.. Enumerable.Repeat(bad, latent), .. good]);

        Assert.Equal(faces.Decode(good), pictures[(32 * 32 * 3)..]);
    }

    [Fact]
    public void The_same_weights_give_the_same_bytes()
    {
        using var model = new FaceModel(TinyRun.Preset().Model);
        var weights = Weights.Of(model);

        Assert.Equal(ModelExport.Decoder(model.Options, weights), ModelExport.Decoder(model.Options, weights));
    }

    [NeedsPythonOnnx]
    public void Both_files_pass_the_checker_of_ONNX_itself()
    {
        using var folder = new TemporaryFolder();
        using var model = Trained(folder);
        const string check = "import onnx, sys\nfor path in sys.argv[1:]:\n    onnx.checker.check_model(onnx.load(path), full_check=True)";

        using var process = Process.Start(new ProcessStartInfo(
            PythonScript.Interpreter, ["-c", check, folder.File(ModelFiles.Decoder), folder.File(ModelFiles.Encoder)])
        {
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, error);
    }

    // A few steps, so that the running statistics and all biases are other than they began.
    private static FaceModel Trained(TemporaryFolder folder)
    {
        using var run = new TrainingRun(TinyRun.Preset(), 2);
        TinyRun.StepUntil(run, 8, planned: 8);
        var weights = Weights.Of(run.Model);
        File.WriteAllBytes(folder.File(ModelFiles.Decoder), ModelExport.Decoder(run.Preset.Model, weights));
        File.WriteAllBytes(folder.File(ModelFiles.Encoder), ModelExport.Encoder(run.Preset.Model, weights));
        var model = new FaceModel(run.Preset.Model);
        weights.CopyTo(model);
        model.eval();
        return model;
    }

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-3, $"number {i} is {actual[i]}, not {expected[i]}");
    }
}
