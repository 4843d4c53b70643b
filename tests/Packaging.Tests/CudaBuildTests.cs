using Xunit;

namespace FaceMix.Tests.Packaging;

/// <summary>The Decoder's two builds, started as programs that see no GPU.</summary>
public sealed class CudaBuildTests
{
    private static readonly string s_models = $"--Models:Path={Repository.PathOf("deploy", "models")}";

    static CudaBuildTests() => Environment.SetEnvironmentVariable("CUDA_VISIBLE_DEVICES", "-1");

    [Fact]
    public async Task A_build_for_cpus_that_is_configured_for_cuda_refuses_to_start_and_names_the_other_build()
    {
        var log = await RefusalAsync(ServiceProcess.PathOf("Decoder"));

        Assert.Contains("Decoder:Device is cuda, but CUDA cannot be used: this build holds ONNX Runtime for CPUs only, and -p:Accelerator=cuda builds the other.", log, StringComparison.Ordinal);
    }

    [NeedsOnnxRuntimeGpu]
    public async Task A_build_for_cuda_decodes_on_the_cpu_with_a_warning_and_refuses_where_the_configuration_says_cuda()
    {
        using var folder = new TemporaryFolder();
        var (code, output, errors) = await Dotnet.RunAsync(
            "build", "services/Decoder", "-c", "Release", "-p:Accelerator=cuda", "--artifacts-path", folder.Path, "--verbosity", "quiet", "--nologo");
        Assert.True(code == 0, output + errors);
        var program = Directory.GetFiles(folder.File("bin", "Decoder"), "FaceMix.Decoder.dll", SearchOption.AllDirectories).Single();
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(program)!, "onnxruntime*.dll"));

        await using (var decoder = await ServiceProcess.StartProgramAsync(program, 0, s_models, "--Decoder:Device=auto"))
        {
            Assert.Contains("CUDA cannot be used, so pictures are decoded on the CPU:", decoder.Log, StringComparison.Ordinal);
            Assert.Contains("is loaded on CPU", decoder.Log, StringComparison.Ordinal);
        }

        Assert.Contains("Decoder:Device is cuda, but CUDA cannot be used: ", await RefusalAsync(program), StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(string program)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartProgramAsync(program, 0, s_models, "--Decoder:Device=cuda"));
        Assert.Contains("FaceMix.Decoder ended", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }
}

/// <summary>A fact that builds with ONNX Runtime's package for CUDA: 400 MB to fetch, so that a desk runs it only once it is there. CI fetches it.</summary>
public sealed class NeedsOnnxRuntimeGpuAttribute() : NeedsAttribute(
    Directory.Exists(Path.Combine(Packages, "microsoft.ml.onnxruntime.gpu.linux"))
        ? null
        : "The package Microsoft.ML.OnnxRuntime.Gpu is not here: dotnet restore services/Decoder -p:Accelerator=cuda --artifacts-path /tmp/facemix-cuda")
{
    private static string Packages { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
