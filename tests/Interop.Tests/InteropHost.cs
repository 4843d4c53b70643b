using System.Net;
using FaceMix.Tests.Interop.Wire;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FaceMix.Tests.Interop;

/// <summary>Our server on free ports of loopback: gRPC over HTTP/2, and HTTP/1.1 for gRPC-Web.</summary>
internal sealed class InteropHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private InteropHost(WebApplication app, Seen seen, Uri[] addresses)
    {
        this.app = app;
        Seen = seen;
        (Grpc, Web, Page) = (addresses[0], addresses[1], addresses[2]);
    }

    public Uri Grpc { get; }

    public Uri Web { get; }

    /// <summary>An empty page of another origin than <see cref="Web"/>.</summary>
    public Uri Page { get; }

    public Seen Seen { get; }

    public static async Task<InteropHost> StartAsync()
    {
        var seen = new Seen();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc().AddServiceOptions<TestServer>(options => options.ResponseCompressionAlgorithm = "gzip");
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .AllowAnyOrigin().AllowAnyMethod().AllowAnyHeader()
            .WithExposedHeaders("grpc-status", "grpc-message", "grpc-encoding", "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin")));
        builder.Services.AddSingleton(seen);
        var app = builder.Build();
        app.Use((http, next) => TapAsync(http, next, seen));
        app.UseRouting();
        app.UseCors();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.MapGrpcService<TestServer>();
        app.MapGet("/", () => Results.Content("<!doctype html><title>Interop</title>", "text/html"));
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        return new InteropHost(app, seen, [.. addresses.Select(address => new Uri(address))]);
    }

    public static WireTap RequestsOf(ServerCallContext context) =>
        context.GetHttpContext().Features.GetRequiredFeature<WireTap>();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task TapAsync(HttpContext http, RequestDelegate next, Seen seen)
    {
        var requests = new WireTap(seen.Requests.Enqueue);
        http.Features.Set(requests);
        // Over HTTP/1.1 the bodies are those of gRPC-Web, whose text form has no frames to see.
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            await next(http);
            return;
        }
        http.Request.Body = new TappedStream(http.Request.Body, requests);
        var prior = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(new TappedResponse(http, prior, new WireTap(seen.Responses.Enqueue)));
        await next(http);
        if (http.Response.HasStarted)
            await http.Response.BodyWriter.FlushAsync();
    }

    // The framework's own leaves what lies beneath it open, so that a reply could not end before its method does.
    private sealed class TappedResponse(HttpContext http, IHttpResponseBodyFeature prior, WireTap tap)
        : StreamResponseBodyFeature(new TappedStream(prior.Stream, tap), prior)
    {
        public override async Task CompleteAsync()
        {
            // Where nothing was sent the headers are all there is, and must stay so.
            if (http.Response.HasStarted)
                await base.CompleteAsync();
            await PriorFeature!.CompleteAsync();
        }
    }
}
