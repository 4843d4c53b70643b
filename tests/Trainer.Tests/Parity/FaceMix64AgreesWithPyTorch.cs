using System.Diagnostics;
using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Presets;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Parity;

public sealed class FaceMix64AgreesWithPyTorch
{
    private const int Faces = 8;

    private const double ForwardTolerance = 1e-4;

    // An absolute error's gradient is a sign: where two pixels differ by nothing but rounding, either sign is right.
    private const double GradientTolerance = 1e-3;

    [NeedsPythonTorch]
    public void Forward_pass_statistics_loss_and_gradients_are_the_same()
    {
        using var folder = new TemporaryFolder();
        set_num_threads(1);
        using var model = Model();
        var latent = model.Options.Latent;
        var pixels = new SyntheticSource(5, Faces, 64).ReadSpread(Faces);
        var noise = Noise.Normal(9, 0, Faces * latent);
        var weights = Weights.Of(model);
        SafetensorsWriter.Write(folder.File("in"), [
            .. weights.Values.Select(pair => SafetensorsTensor.Of($"weight/{pair.Key}", pair.Value.Shape, pair.Value.Values)),
            SafetensorsTensor.Of("pixels", [Faces, 64, 64, 3], pixels),
            SafetensorsTensor.Of("noise", [Faces, latent], noise)]);
        RunPython(folder.File("in"), folder.File("out"));
        using var expected = SafetensorsFile.Open(folder.File("out"));

        using var scope = NewDisposeScope();
        var target = Pixels.ToTensor(pixels, Faces, 64);
        var loss = new VaeLoss(PresetReader.Read("facemix-64").Loss with { KlWarmup = 0 });
        var output = model.call(target, tensor(noise, [Faces, latent]));
        var (total, _) = loss.Compute(output, target, progress: 1);
        total.backward();

        for (var i = 0; i < output.Pictures.Count; i++)
            Close(expected, $"picture/{i}", output.Pictures[i], ForwardTolerance);
        Close(expected, "mean", output.Mean, ForwardTolerance);
        Close(expected, "logvar", output.Logvar!, ForwardTolerance);
        Close(expected, "loss", total.reshape(1), ForwardTolerance);
        foreach (var (name, parameter) in model.named_parameters())
            Close(expected, $"gradient/{name}", parameter.grad!, GradientTolerance);
        foreach (var (name, buffer) in model.named_buffers().Where(each => each.buffer.is_floating_point()))
            Close(expected, $"buffer/{name}", buffer, ForwardTolerance);
    }

    private static FaceModel Model()
    {
        manual_seed(3);
        return new FaceModel(new ModelOptions());
    }

    private static void Close(SafetensorsFile expected, string name, Tensor actual, double tolerance)
    {
        var wanted = expected.ReadFloat32(name, actual.shape);
        var distance = Distance(wanted, Read(actual));
        var scale = Distance(wanted, new float[wanted.Length]);
        // Below this a float's own rounding is all there is to see.
        const double nothing = 1e-7;
        Assert.True(distance <= tolerance * scale || distance < nothing, $"{name} is off by {distance:E2}, where {tolerance} of {scale:E2} is allowed.");
    }

    // Root mean square of the differences.
    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b).Average(pair => Math.Pow(pair.First - pair.Second, 2)));

    private static float[] Read(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    private static void RunPython(string source, string target)
    {
        var info = new ProcessStartInfo(PythonScript.Interpreter, [Repository.PathOf("tests", "Trainer.Tests", "Parity", "facemix64.py"), source, target])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
