using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory;

/// <summary>Makes a client over its name's channel, from the services of its own scope.</summary>
internal sealed class ClientFactory(IServiceProvider services, ClientChannels channels, IOptionsMonitor<GrpcClientFactoryOptions> options, IEnumerable<ClientName> names) : GrpcClientFactory
{
    public override TClient CreateClient<TClient>(string name)
    {
        if (!names.Contains(new ClientName(name, typeof(TClient))))
            throw new InvalidOperationException($"No gRPC client configured with name '{name}'.");
        var own = options.Get(name);
        return ActivatorUtilities.CreateInstance<TClient>(services, own.Around(channels.Of(name, typeof(TClient)), services, InterceptorScope.Client));
    }
}

/// <summary>The channel of each name, made when it is first asked for and disposed with the container.</summary>
internal sealed class ClientChannels(IServiceScopeFactory scopes, IHttpMessageHandlerFactory handlers, IOptionsMonitor<GrpcClientFactoryOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<(GrpcChannel Channel, CallInvoker Invoker, IServiceScope Scope)>> channels = new();

    public CallInvoker Of(string name, Type type) => channels.GetOrAdd(name, _ => new(() => Make(name, type))).Value.Invoker;

    public void Dispose()
    {
        foreach (var each in channels.Values.Where(each => each.IsValueCreated).Select(each => each.Value))
        {
            each.Channel.Dispose();
            each.Scope.Dispose();
        }
    }

    private (GrpcChannel Channel, CallInvoker Invoker, IServiceScope Scope) Make(string name, Type type)
    {
        var own = options.Get(name);
        var scope = scopes.CreateScope();
        var channelOptions = new GrpcChannelOptions { HttpHandler = handlers.CreateHandler(name), ServiceProvider = scope.ServiceProvider };
        foreach (var configure in own.ChannelOptionsActions)
            configure(channelOptions);
        var address = own.Address
            ?? throw new InvalidOperationException($"Could not resolve the address for gRPC client '{name}'. Set an address when registering the client: services.AddGrpcClient<{type.Name}>(o => o.Address = new Uri(\"https://localhost:5001\"))");
        var channel = GrpcChannel.ForAddress(address, channelOptions);
        return (channel, own.Around(channel.CreateCallInvoker(), scope.ServiceProvider, InterceptorScope.Channel), scope);
    }
}

internal static class Interception
{
    public static CallInvoker Around(this GrpcClientFactoryOptions options, CallInvoker invoker, IServiceProvider services, InterceptorScope scope) =>
        invoker.Intercept([.. options.InterceptorRegistrations.Where(each => each.Scope == scope).Select(each => each.Creator(services))]);
}
