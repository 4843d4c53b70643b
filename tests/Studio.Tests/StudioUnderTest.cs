using System.Globalization;
using System.Text;
using FaceMix.Studio;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FaceMix.Tests.Studio;

/// <summary>The page's host on a free port, with a small page of the test's own.</summary>
internal sealed class StudioUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder page = new();
    private readonly WebApplication app;

    private StudioUnderTest(Uri decoder, Uri latentStore, Action<Dictionary<string, string?>>? configure)
    {
        File.WriteAllText(page.File("index.html"), "<!doctype html><title>FaceMix</title>");
        File.WriteAllText(page.File("app.js"), $"// {new string('x', 4000)}");
        var settings = new Dictionary<string, string?>
        {
            ["Studio:DecoderUrl"] = decoder.ToString(),
            ["Studio:LatentStoreUrl"] = latentStore.ToString(),
        };
        configure?.Invoke(settings);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { WebRootPath = page.Path });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddStudio();
        app = builder.Build();
        app.UseStudio();
    }

    public HttpClient Client { get; } = new();

    public static async Task<StudioUnderTest> StartAsync(
        Uri decoder, Uri? latentStore = null, Action<Dictionary<string, string?>>? configure = null)
    {
        var studio = new StudioUnderTest(decoder, latentStore ?? decoder, configure);
        await studio.app.StartAsync();
        studio.Client.BaseAddress = new Uri(studio.app.Urls.Single());
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
