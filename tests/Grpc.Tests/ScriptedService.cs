using FaceMix.Tests.V1;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FaceMix.Tests;

/// <summary>Does what one test says.</summary>
public sealed class ScriptedService(ScriptedService.Script script) : V1.EchoService.EchoServiceBase
{
    public sealed class Script
    {
        public Func<SayRequest, ServerCallContext, Task<SayResponse>> Say { get; init; } = (_, _) => Task.FromResult(new SayResponse());

        public Func<CountRequest, IServerStreamWriter<CountResponse>, ServerCallContext, Task> Count { get; init; } = (_, _, _) => Task.CompletedTask;

        public Func<IAsyncStreamReader<ChatRequest>, IServerStreamWriter<ChatResponse>, ServerCallContext, Task> Chat { get; init; } = (_, _, _) => Task.CompletedTask;
    }

    public static Task<EchoServer> StartAsync(Script script, Action<GrpcServiceOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        EchoServer.StartAsync<ScriptedService>(configure, all =>
        {
            all.AddSingleton(script);
            services?.Invoke(all);
        });

    public override Task<SayResponse> Say(SayRequest request, ServerCallContext context) => script.Say(request, context);

    public override Task Count(CountRequest request, IServerStreamWriter<CountResponse> responseStream, ServerCallContext context) =>
        script.Count(request, responseStream, context);

    public override Task Chat(IAsyncStreamReader<ChatRequest> requestStream, IServerStreamWriter<ChatResponse> responseStream, ServerCallContext context) =>
        script.Chat(requestStream, responseStream, context);
}
