using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Clients as services: <c>services.AddGrpcClient&lt;Decoder.DecoderClient&gt;(options => options.Address = …)</c>.</summary>
public static class GrpcClientServiceExtensions
{
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services)
        where TClient : class => services.AddGrpcClient<TClient>(typeof(TClient).Name);

    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, Action<GrpcClientFactoryOptions> configureClient)
        where TClient : class => services.AddGrpcClient<TClient>(typeof(TClient).Name, configureClient);

    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, string name)
        where TClient : class => services.AddGrpcClient<TClient>(name, (_, _) => { });

    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, string name, Action<GrpcClientFactoryOptions> configureClient)
        where TClient : class => services.AddGrpcClient<TClient>(name, (_, options) => configureClient(options));

    /// <exception cref="InvalidOperationException">Another type of client has the name.</exception>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, string name, Action<IServiceProvider, GrpcClientFactoryOptions> configureClient)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configureClient);
        var other = services.Select(each => each.ImplementationInstance).OfType<ClientName>().FirstOrDefault(each => each.Name == name)?.Type;
        if (other is not null && other != typeof(TClient))
            throw new InvalidOperationException($"The gRPC client factory already has a registered client with the name '{name}', bound to the type '{other.FullName}'.");
        services.AddSingleton(new ClientName(name, typeof(TClient)));
        services.AddSingleton<IConfigureOptions<GrpcClientFactoryOptions>>(provider =>
            new ConfigureNamedOptions<GrpcClientFactoryOptions>(name, options => configureClient(provider, options)));
        services.TryAddSingleton<ClientChannels>();
        services.TryAddTransient<GrpcClientFactory, ClientFactory>();
        services.AddTransient(provider => provider.GetRequiredService<GrpcClientFactory>().CreateClient<TClient>(name));
        var builder = services.AddHttpClient(name);
        // First of all, so that whoever configures the handler after this has the last word.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<HttpClientFactoryOptions>>(new ConfigureNamedOptions<HttpClientFactoryOptions>(name, options =>
            options.HttpMessageHandlerBuilderActions.Add(each => each.PrimaryHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                // A channel keeps its handler for good, so its connections must be the ones that grow old.
                PooledConnectionLifetime = options.HandlerLifetime,
            }))));
        return builder;
    }
}

/// <summary>Kept among the services, to find the names that are taken.</summary>
internal sealed record ClientName(string Name, Type Type);
