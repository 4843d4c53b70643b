using System.Net;
using FaceMix.Tests.Hostile.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FaceMix.Tests.Hostile.Server;

/// <summary>Our server with nothing changed: HTTP/2, and HTTP/1.1 for gRPC-Web.</summary>
internal sealed class TargetServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private TargetServer(WebApplication app)
    {
        this.app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        (Grpc, Web) = (new Uri(addresses.First()), new Uri(addresses.Last()));
    }

    public Uri Grpc { get; }

    public Uri Web { get; }

    public static async Task<TargetServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.UseGrpcWeb(new() { DefaultEnabled = true });
        app.MapGrpcService<Target>();
        await app.StartAsync();
        return new TargetServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private sealed class Target : TargetService.TargetServiceBase
    {
        public override Task<Blob> One(Blob request, ServerCallContext context) => Task.FromResult(new Blob { Number = (uint)request.Data.Length });

        public override async Task Down(Blob request, IServerStreamWriter<Blob> responseStream, ServerCallContext context)
        {
            for (var i = 0; i < Math.Min(request.Number, 1000); i++)
                await responseStream.WriteAsync(new Blob { Data = request.Data }, context.CancellationToken);
        }

        public override async Task<Blob> Up(IAsyncStreamReader<Blob> requestStream, ServerCallContext context)
        {
            var answer = new Blob();
            await foreach (var _ in requestStream.ReadAllAsync(context.CancellationToken))
                answer.Number++;
            return answer;
        }

        public override async Task Both(IAsyncStreamReader<Blob> requestStream, IServerStreamWriter<Blob> responseStream, ServerCallContext context)
        {
            await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
                await responseStream.WriteAsync(request, context.CancellationToken);
        }

        public override Task<Blob> Headers(Blob request, ServerCallContext context) => Task.FromResult(new Blob { Number = (uint)context.RequestHeaders.Count });

        public override async Task<Blob> Deaf(Blob request, ServerCallContext context)
        {
            // Far beyond every deadline it is given, also where timers are late.
            await Task.Delay(1000, CancellationToken.None);
            return new Blob();
        }
    }
}
