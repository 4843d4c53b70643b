using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FaceMix.Tests.Studio;

/// <summary>A service behind the page's host, which answers as a test tells it and remembers what it was asked.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication app;

    private Upstream(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    public ConcurrentQueue<(string Path, IHeaderDictionary Headers)> Asked { get; } = [];

    public static async Task<Upstream> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var upstream = new Upstream(builder.Build());
        upstream.app.Run(context =>
        {
            upstream.Asked.Enqueue((context.Request.Path, new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase))));
            return answer(context);
        });
        await upstream.app.StartAsync();
        return upstream;
    }

    /// <summary>Sends the request's body back as gRPC-Web.</summary>
    public static async Task Echo(HttpContext context)
    {
        context.Response.ContentType = "application/grpc-web+proto";
        await context.Request.Body.CopyToAsync(context.Response.Body);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
