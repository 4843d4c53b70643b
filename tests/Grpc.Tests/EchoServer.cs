using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FaceMix.Tests;

/// <summary>A real server on two free ports of loopback: gRPC over HTTP/2, and HTTP/1.1 for gRPC-Web.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private EchoServer(WebApplication app, Uri[] addresses)
    {
        this.app = app;
        (Grpc, Web) = (addresses[0], addresses[1]);
        Channel = GrpcChannel.ForAddress(Grpc);
        Client = new V1.EchoService.EchoServiceClient(Channel);
    }

    public Uri Grpc { get; }

    public Uri Web { get; }

    public GrpcChannel Channel { get; }

    public V1.EchoService.EchoServiceClient Client { get; }

    public EchoService.Observations Observations { get; } = new();

    public IServiceProvider Services => app.Services;

    public static Task<EchoServer> StartAsync(
        Action<GrpcServiceOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        int port = 0) =>
        StartAsync<EchoService>(configure, services, map, port);

    /// <summary>The same with another implementation of the service.</summary>
    public static async Task<EchoServer> StartAsync<TService>(
        Action<GrpcServiceOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        int port = 0)
        where TService : V1.EchoService.EchoServiceBase
    {
        EchoServer? server = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc(configure ?? (_ => { }));
        builder.Services.AddSingleton(_ => server!.Observations);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.MapGrpcService<TService>();
        map?.Invoke(app);
        app.MapGet("/{anything}/{else}", () => "a page");
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        return server = new EchoServer(app, [.. addresses.Take(2).Select(address => new Uri(address))]);
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await app.DisposeAsync();
    }
}
