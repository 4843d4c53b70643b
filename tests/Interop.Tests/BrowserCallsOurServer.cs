using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Playwright;

namespace FaceMix.Tests.Interop;

/// <summary>Chromium with a page of another origin than our server, once for all cases.</summary>
public sealed class BrowserClient : IAsyncLifetime
{
    private static readonly string Descriptors = Convert.ToBase64String(new FileDescriptorSet
    {
        File = { EmptyReflection.Descriptor.ToProto(), MessagesReflection.Descriptor.ToProto(), TestReflection.Descriptor.ToProto() },
    }.ToByteArray());

    private readonly TemporaryFolder folder = new();
    private InteropHost? host;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private IPage? page;

    public async Task InitializeAsync()
    {
        if (Missing.Browser is not null)
            return;
        host = await InteropHost.StartAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Missing.Chromium,
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        });
        page = await browser.NewPageAsync();
        await page.GotoAsync(host.Page.ToString());
        await page.AddScriptTagAsync(new() { Content = await BundleAsync() });
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        if (host is not null)
            await host.DisposeAsync();
        folder.Dispose();
    }

    internal async Task RunAsync(string name)
    {
        host!.Seen.Forget();
        var wrong = await page!.EvaluateAsync<string?>(
            "([name, url, descriptors]) => window.run(name, url, descriptors)",
            new[] { name, host.Web.ToString().TrimEnd('/'), Descriptors }).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(wrong is null, wrong);
        if (InteropCases.All.Single(each => each.Name == name).IsCancelled)
            await host.Seen.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task<string> BundleAsync()
    {
        var output = folder.File("page.js");
        var start = new ProcessStartInfo(
            Repository.PathOf("node_modules", ".bin", "esbuild"),
            [Repository.PathOf("tests", "Interop.Tests", "peers", "page.mjs"), "--bundle", "--format=iife", "--log-level=error", $"--outfile={output}"]);
        using var esbuild = Process.Start(start)!;
        await esbuild.WaitForExitAsync();
        Assert.Equal(0, esbuild.ExitCode);
        return await File.ReadAllTextAsync(output);
    }
}

public sealed class BrowserCallsOurServer(BrowserClient browser) : IClassFixture<BrowserClient>
{
    public static TheoryData<string> Names => [.. InteropCases.All.Select(each => each.Name).Except(InteropCases.NotInBrowsers.Keys)];

    [NeedsBrowserTheory]
    [MemberData(nameof(Names))]
    public Task Passes(string name) => browser.RunAsync(name);
}
