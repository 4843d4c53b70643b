using System.Net;
using FaceMix.Benchmarks.Rpc.V1;
using FaceMix.ServiceDefaults.Transport;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FaceMix.Benchmarks.Rpc;

/// <summary>
/// Our server in a process of its own: prints its port, answers each line of input with the bytes allocated so far, and
/// ends with its input.
/// </summary>
internal static class EchoServer
{
    public const string Verb = "server";

    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddGrpc();
        builder.Services.AddLargeBlocks();
        builder.Services.AddSingleton<EchoService>();
        await using var app = builder.Build();
        app.MapGrpcService<EchoService>();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        Console.WriteLine(new Uri(address).Port);
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine(GC.GetTotalAllocatedBytes());
    }

    private sealed class EchoService : V1.EchoService.EchoServiceBase
    {
        public override Task<SayResponse> Say(SayRequest request, ServerCallContext context) =>
            Task.FromResult(new SayResponse { Payload = request.Payload });

        public override async Task Count(CountRequest request, IServerStreamWriter<CountResponse> responseStream, ServerCallContext context)
        {
            var response = new CountResponse { Payload = ByteString.CopyFrom(new byte[request.Size]) };
            for (var i = 0; i < request.Messages; i++)
                await responseStream.WriteAsync(response);
        }
    }
}
