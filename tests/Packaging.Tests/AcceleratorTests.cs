using System.Text.Json;
using System.Xml.Linq;
using Xunit;

namespace FaceMix.Tests.Packaging;

/// <summary>
/// The property <c>Accelerator</c> chooses packages. CUDA's half of TorchSharp is several GB and not on every mirror, so what would be
/// referenced is evaluated and not restored; ONNX Runtime's half is built by <see cref="CudaBuildTests"/>.
/// </summary>
public sealed class AcceleratorTests
{
    [Theory]
    [InlineData("Trainer", "cpu", new[] { "TorchSharp", "libtorch-cpu-linux-x64", "Microsoft.ML.OnnxRuntime" })]
    [InlineData("Trainer", "cuda", new[] { "TorchSharp", "TorchSharp-cuda-linux", "Microsoft.ML.OnnxRuntime.Gpu" })]
    [InlineData("Decoder", "cpu", new[] { "Microsoft.ML.OnnxRuntime" })]
    [InlineData("Decoder", "cuda", new[] { "Microsoft.ML.OnnxRuntime.Gpu" })]
    public async Task Accelerator_chooses_the_native_packages_that_a_project_references(string project, string accelerator, string[] expected)
    {
        var references = await ReferencesAsync(project, $"-p:Accelerator={accelerator}");

        Assert.Equal(expected.Order(), references.Where(IsNative).Order());
    }

    [Theory]
    [InlineData("Trainer")]
    [InlineData("Decoder")]
    public async Task Without_a_choice_a_project_is_built_for_the_cpu(string project) =>
        Assert.Equal(await ReferencesAsync(project, "-p:Accelerator=cpu"), await ReferencesAsync(project));

    [Fact]
    public async Task An_unknown_accelerator_stops_the_build_with_one_sentence()
    {
        var (code, output, _) = await Dotnet.RunAsync("build", "services/Decoder", "-p:Accelerator=rocm", "--verbosity", "quiet", "--nologo");

        Assert.Equal(1, code);
        var error = Assert.Single(output.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Select(line => line.Trim()).Distinct());
        Assert.Contains("error : Accelerator is 'rocm'; allowed are cpu and cuda.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Grpc.AspNetCore")]
    [InlineData("Microsoft.ML.OnnxRuntime")]
    [InlineData("Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("Npgsql")]
    [InlineData("OpenCvSharp4")]
    [InlineData("Pgvector")]
    [InlineData("Serilog")]
    [InlineData("TorchSharp")]
    [InlineData("TorchSharp-cuda-linux")]
    public void A_package_that_FaceMix_stands_on_has_its_version_in_one_place_and_is_referenced(string package)
    {
        var versions = XDocument.Load(Repository.PathOf("Directory.Packages.props"));

        Assert.Single(versions.Descendants("PackageVersion"), element => (string?)element.Attribute("Include") == package);
        var chosen = versions.Descendants().Where(element => element.Name.LocalName is "TorchPackage" or "OnnxRuntimePackage").Select(element => element.Value);
        string[] folders = ["libs", "services", "tests"];
        var referenced = folders
            .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.csproj", SearchOption.AllDirectories))
            .SelectMany(project => XDocument.Load(project).Descendants("PackageReference").Select(element => (string?)element.Attribute("Include")));
        Assert.Contains(package, referenced.Concat(chosen));
    }

    private static bool IsNative(string package) =>
        package.Contains("torch", StringComparison.OrdinalIgnoreCase) || package.Contains("OnnxRuntime", StringComparison.Ordinal);

    private static async Task<List<string>> ReferencesAsync(string project, params string[] properties)
    {
        var (code, output, errors) = await Dotnet.RunAsync(["msbuild", $"services/{project}/{project}.csproj", "-getItem:PackageReference", .. properties]);
        Assert.True(code == 0, output + errors);
        return [.. JsonDocument.Parse(output).RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!)];
    }
}
