using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Playwright;

namespace FaceMix.Tests.Contract.Clients;

/// <summary>A page in Chromium that calls both services over gRPC-Web from another origin than theirs.</summary>
internal sealed class BrowserClient : IClient
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly IPage page;
    private readonly string[] addresses;

    private BrowserClient(IPlaywright playwright, IBrowser browser, IPage page, RealServices services)
    {
        (this.playwright, this.browser, this.page) = (playwright, browser, page);
        addresses = [.. new[] { services.Decoder, services.LatentStore }.Select(each => each.Http.ToString().TrimEnd('/'))];
    }

    public static async Task<BrowserClient> OpenAsync(RealServices services, string folder)
    {
        var bundle = Path.Combine(folder, "page.js");
        using var esbuild = Process.Start(new ProcessStartInfo(Repository.PathOf("node_modules", ".bin", "esbuild"),
            [Repository.PathOf("tests", "Contract", "peers", "page.mjs"), "--bundle", "--format=iife", "--log-level=error", $"--outfile={bundle}"]))!;
        await esbuild.WaitForExitAsync();
        Assert.Equal(0, esbuild.ExitCode);
        var playwright = await Playwright.CreateAsync();
        var browser = await Chromium.LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        // localhost is another origin than the services' 127.0.0.1, and as near.
        await page.GotoAsync($"http://localhost:{services.LatentStore.Http.Port}/healthz");
        await page.AddScriptTagAsync(new() { Path = bundle });
        return new BrowserClient(playwright, browser, page, services);
    }

    public Task<string?> RunAsync(string name) => page.EvaluateAsync<string?>(
        "([name, decoder, store, descriptors]) => window.run(name, decoder, store, descriptors)",
        new[] { name, addresses[0], addresses[1], Convert.ToBase64String(Descriptors.All.ToByteArray()) }).WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}

/// <summary>The services' protos and google.rpc, for clients that load descriptors.</summary>
internal static class Descriptors
{
    public static FileDescriptorSet All { get; } = Of(
        FaceMix.Decoder.V1.DecoderReflection.Descriptor, FaceMix.Latents.V1.LatentsReflection.Descriptor, GoogleRpc[0], GoogleRpc[1]);

    public static FileDescriptorSet Errors { get; } = Of(GoogleRpc);

    private static FileDescriptor[] GoogleRpc => [Google.Rpc.StatusReflection.Descriptor, Google.Rpc.ErrorDetailsReflection.Descriptor];

    // Each file after those that it imports, and once.
    private static FileDescriptorSet Of(params FileDescriptor[] files)
    {
        IEnumerable<FileDescriptor> WithImports(FileDescriptor file) => [.. file.Dependencies.SelectMany(WithImports), file];
        return new() { File = { files.SelectMany(WithImports).DistinctBy(file => file.Name).Select(file => file.ToProto()) } };
    }
}
