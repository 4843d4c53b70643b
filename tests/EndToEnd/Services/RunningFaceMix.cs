using Microsoft.Playwright;

namespace FaceMix.Tests.EndToEnd;

/// <summary>
/// All of FaceMix as processes of their own: PostgreSQL, latent store, decoder and the page's host, with the kept
/// model published and some hundred drawn faces encoded, and a browser to look at it. Once for all tests.
/// </summary>
public sealed class RunningFaceMix : IAsyncLifetime
{
    private const string FacesEncoded = "600";

    private readonly TestPostgres postgres = new();
    private readonly TemporaryFolder folder = new();
    private IPlaywright? playwright;

    internal string Models => folder.File("models");

    internal ServiceProcess LatentStore { get; private set; } = null!;

    internal ServiceProcess Decoder { get; private set; } = null!;

    internal ServiceProcess Studio { get; private set; } = null!;

    internal IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (NeedsFaceMixAttribute.Missing is not null)
            return;
        await PublishAsync(KeptModel.Folder!);
        await postgres.InitializeAsync();
        LatentStore = await ServiceProcess.StartAsync("LatentStore", 0, $"--Store:ConnectionString={postgres.ConnectionString}");
        await EncodeAsync("");
        Decoder = await StartDecoderAsync(0);
        Studio = await StartStudioAsync(Decoder.Http);
        // A test machine is often busy; what is wrong stays wrong for this long too.
        Assertions.SetDefaultExpectTimeout(20_000);
        playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(playwright);
    }

    internal Task PublishAsync(string version) => TrainerCommand.RunAsync("publish", "--from", version, "--models", Models);

    /// <summary>Encodes drawn faces; an empty model is the newest.</summary>
    internal Task EncodeAsync(string model) => TrainerCommand.RunAsync(
        "encode", "--count", FacesEncoded, "--models", Models, "--model", model, "--store", LatentStore.Grpc.ToString());

    internal Task<ServiceProcess> StartDecoderAsync(int httpPort) =>
        ServiceProcess.StartAsync("Decoder", httpPort, $"--Models:Path={Models}");

    internal Task<ServiceProcess> StartStudioAsync(Uri decoder) => ServiceProcess.StartAsync(
        "Studio", 0, $"--Studio:DecoderUrl={decoder}", $"--Studio:LatentStoreUrl={LatentStore.Http}");

    /// <summary>Opens the page in a browser profile of its own.</summary>
    internal Task<OpenPage> OpenAsync(string hash = "", Uri? studio = null, bool dark = false) =>
        OpenPage.AtAsync(Browser, new Uri(studio ?? Studio.Http, hash), dark);

    public async Task DisposeAsync()
    {
        if (Browser is not null)
            await Browser.DisposeAsync();
        playwright?.Dispose();
        foreach (var service in new[] { Studio, Decoder, LatentStore })
        {
            if (service is not null)
                await service.DisposeAsync();
        }
        await postgres.DisposeAsync();
        folder.Dispose();
    }
}

/// <summary>One FaceMix for all tests of this project.</summary>
[CollectionDefinition(Name)]
public sealed class FaceMixCollection : ICollectionFixture<RunningFaceMix>
{
    public const string Name = "FaceMix";
}
