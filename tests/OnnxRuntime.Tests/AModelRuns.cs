using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace FaceMix.Tests.Onnx;

/// <summary>The fixture computes image = round(clip(z·w + 128, 0, 255)) with w = [[10, 0, -10], [0, 20, 0]], z [n, 2], image uint8 [n, 3].</summary>
public sealed class AModelRuns
{
    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "fixtures", "affine.onnx");

    [Fact]
    public void Its_output_is_what_its_graph_says_for_any_number_of_rows()
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING };
        using var session = new InferenceSession(Model, options);
        using var run = new RunOptions();

        Assert.Equal([0, 0, 255, 128, 128, 128, 138, 148, 118, 255, 255, 0], Run(session, run, [-1000, -1000, 0, 0, 1, 1, 1000, 1000]));
        Assert.Equal([133, 128, 123], Run(session, run, [0.5f, 0]));
    }

    [Fact]
    public void Its_inputs_and_outputs_are_described()
    {
        using var session = new InferenceSession(File.ReadAllBytes(Model));

        Assert.Equal(["z"], session.InputNames);
        Assert.Equal([-1, 2], session.InputMetadata["z"].Dimensions);
        Assert.Equal(typeof(byte), session.OutputMetadata["image"].ElementType);
    }

    [Fact]
    public void A_wrong_shape_is_an_exception_that_names_the_input()
    {
        using var session = new InferenceSession(Model);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(new float[3], [1, 3]);

        var error = Assert.Throws<OnnxRuntimeException>(() => session.Run(run, ["z"], [input], ["image"]));

        Assert.Contains("z", error.Message);
    }

    [Fact]
    public void The_native_library_is_the_version_that_the_binding_expects() =>
        Assert.StartsWith("1.29.", OrtEnv.Instance().GetVersionString());

    private static byte[] Run(InferenceSession session, RunOptions run, float[] z)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(z, [z.Length / 2, 2]);
        using var outputs = session.Run(run, ["z"], [input], ["image"]);
        return outputs[0].GetTensorDataAsSpan<byte>().ToArray();
    }
}
