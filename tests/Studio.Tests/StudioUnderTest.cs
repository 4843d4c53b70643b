using System.Globalization;
using System.Text;
using FaceMix.ServiceDefaults;
using FaceMix.Studio;
using Microsoft.AspNetCore.Builder;

namespace FaceMix.Tests.Studio;

/// <summary>The page's host on a free port, with a small page of the test's own.</summary>
internal sealed class StudioUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder page = new();
    private readonly WebApplication app;

    private StudioUnderTest(string[] args)
    {
        File.WriteAllText(page.File("index.html"), "<!doctype html><title>FaceMix</title>");
        File.WriteAllText(page.File("app.js"), $"// {new string('x', 4000)}");
        app = StudioApp.Build(args, page.Path);
    }

    public HttpClient Client { get; } = new();

    /// <param name="decoder">Where the decoder's calls go.</param>
    /// <param name="latentStore">Where the latent store's calls go; to the decoder by default.</param>
    /// <param name="settings">More configuration, as <c>Studio:Name=value</c>.</param>
    public static async Task<StudioUnderTest> StartAsync(Uri decoder, Uri? latentStore = null, params string[] settings)
    {
        string[] all = ["Bind:HttpPort=0", $"Studio:DecoderUrl={decoder}", $"Studio:LatentStoreUrl={latentStore ?? decoder}", .. settings];
        var studio = new StudioUnderTest([.. all.Select(setting => $"--{setting}")]);
        await studio.app.StartAsync();
        studio.Client.BaseAddress = studio.app.Addresses().Single();
        return studio;
    }

    /// <summary>Calls a method as the page's client does.</summary>
    public Task<HttpResponseMessage> CallAsync(string path, HttpContent? body = null, CancellationToken cancel = default)
    {
        body ??= new ByteArrayContent([0, 0, 0, 0, 0]);
        body.Headers.TryAddWithoutValidation("Content-Type", "application/grpc-web+proto");
        return Client.PostAsync(path, body, cancel);
    }

    /// <summary>Reads an answer that is one trailers frame.</summary>
    public static async Task<(int Status, string Message)> TrailersOfAsync(HttpResponseMessage response)
    {
        var frame = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("application/grpc-web+proto", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(0x80, frame[0]);
        var lines = Encoding.ASCII.GetString(frame.AsSpan(5)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2)).ToDictionary(line => line[0], line => line[1]);
        return (int.Parse(lines["grpc-status"], CultureInfo.InvariantCulture), Uri.UnescapeDataString(lines["grpc-message"]));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        page.Dispose();
    }
}
