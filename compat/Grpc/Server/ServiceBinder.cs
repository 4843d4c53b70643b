using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Turns each method that a generated BindService lists into an endpoint.</summary>
internal sealed class ServiceBinder<TService>(IEndpointRouteBuilder builder) : ServiceBinderBase
    where TService : class
{
    private readonly List<IEndpointConventionBuilder> endpoints = [];
    private readonly MethodOptions options = MethodOptions.Of<TService>(builder.ServiceProvider);
    private readonly ILogger logger = builder.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server");
    private string? serviceName;

    public IReadOnlyList<IEndpointConventionBuilder> Endpoints => endpoints;

    private ObjectFactory<TService> Factory => field ??= ActivatorUtilities.CreateFactory<TService>([]);

    private delegate Task<TResponse> Unary<TRequest, TResponse>(TService service, TRequest request, ServerCallContext context);

    private delegate Task<TResponse> ClientStreaming<TRequest, TResponse>(TService service, IAsyncStreamReader<TRequest> requests, ServerCallContext context);

    private delegate Task ServerStreaming<TRequest, TResponse>(TService service, TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext context);

    private delegate Task Duplex<TRequest, TResponse>(TService service, IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var (info, invoke) = Find<Unary<TRequest, TResponse>>(method, typeof(TRequest), typeof(ServerCallContext));
        var whole = options.Interceptors.Aggregate<InterceptorRegistration, UnaryServerMethod<TRequest, TResponse>>(
            async (request, context) =>
            {
                await using var service = ForCall(context);
                return await invoke(service.Instance, request, context).ConfigureAwait(false);
            },
            (next, registration) => async (request, context) =>
            {
                await using var interceptor = registration.ForCall(context);
                return await interceptor.Instance.UnaryServerHandler(request, context, next).ConfigureAwait(false);
            });
        Map(method, info, async call =>
        {
            var request = await call.ReadSingleAsync(method.RequestMarshaller).ConfigureAwait(false);
            var response = await whole(request, call).ConfigureAwait(false);
            await call.WriteLastAsync(response, method.ResponseMarshaller).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (info, invoke) = Find<ClientStreaming<TRequest, TResponse>>(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        var whole = options.Interceptors.Aggregate<InterceptorRegistration, ClientStreamingServerMethod<TRequest, TResponse>>(
            async (requests, context) =>
            {
                await using var service = ForCall(context);
                return await invoke(service.Instance, requests, context).ConfigureAwait(false);
            },
            (next, registration) => async (requests, context) =>
            {
                await using var interceptor = registration.ForCall(context);
                return await interceptor.Instance.ClientStreamingServerHandler(requests, context, next).ConfigureAwait(false);
            });
        Map(method, info, async call =>
        {
            GrpcHttp.LiftLimits(call.Http.Features);
            var response = await whole(new RequestStream<TRequest>(call, method.RequestMarshaller), call).ConfigureAwait(false);
            await call.WriteLastAsync(response, method.ResponseMarshaller).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (info, invoke) = Find<ServerStreaming<TRequest, TResponse>>(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var whole = options.Interceptors.Aggregate<InterceptorRegistration, ServerStreamingServerMethod<TRequest, TResponse>>(
            async (request, responses, context) =>
            {
                await using var service = ForCall(context);
                await invoke(service.Instance, request, responses, context).ConfigureAwait(false);
            },
            (next, registration) => async (request, responses, context) =>
            {
                await using var interceptor = registration.ForCall(context);
                await interceptor.Instance.ServerStreamingServerHandler(request, responses, context, next).ConfigureAwait(false);
            });
        Map(method, info, async call =>
        {
            var request = await call.ReadSingleAsync(method.RequestMarshaller).ConfigureAwait(false);
            await whole(request, new ResponseStream<TResponse>(call, method.ResponseMarshaller), call).ConfigureAwait(false);
        });
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var (info, invoke) = Find<Duplex<TRequest, TResponse>>(method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var whole = options.Interceptors.Aggregate<InterceptorRegistration, DuplexStreamingServerMethod<TRequest, TResponse>>(
            async (requests, responses, context) =>
            {
                await using var service = ForCall(context);
                await invoke(service.Instance, requests, responses, context).ConfigureAwait(false);
            },
            (next, registration) => async (requests, responses, context) =>
            {
                await using var interceptor = registration.ForCall(context);
                await interceptor.Instance.DuplexStreamingServerHandler(requests, responses, context, next).ConfigureAwait(false);
            });
        Map(method, info, call =>
        {
            GrpcHttp.LiftLimits(call.Http.Features);
            return whole(new RequestStream<TRequest>(call, method.RequestMarshaller), new ResponseStream<TResponse>(call, method.ResponseMarshaller), call);
        });
    }

    /// <summary>To be called once all methods are there.</summary>
    public void MapUnimplemented()
    {
        endpoints.Add(Unimplemented.Map(builder, $"{serviceName}/{{unimplementedMethod}}", "Method is unimplemented."));
        if (!builder.DataSources.OfType<UnknownServices>().Any())
        {
            builder.DataSources.Add(new UnknownServices());
            Unimplemented.Map(builder, "{unimplementedService}/{unimplementedMethod}", "Service is unimplemented.");
        }
    }

    private Activated<TService> ForCall(ServerCallContext context)
    {
        var services = context.GetHttpContext().RequestServices;
        return services.GetService<TService>() is { } registered ? new(registered, isOurs: false) : new(Factory(services, []), isOurs: true);
    }

    private static (MethodInfo Info, TDelegate Invoke) Find<TDelegate>(IMethod method, params Type[] parameters)
        where TDelegate : Delegate
    {
        var info = typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)
            ?? throw new InvalidOperationException($"Could not find '{method.Name}' on {typeof(TService)}.");
        return (info, info.CreateDelegate<TDelegate>());
    }

    private void Map(IMethod method, MethodInfo info, Func<ServerCall, Task> run)
    {
        serviceName = method.ServiceName;
        var endpoint = builder.Map(method.FullName, context => ServerCall.HandleAsync(context, options, logger, run));
        endpoint.Add(each =>
        {
            each.DisplayName = $"gRPC - {method.FullName}";
            // The method's attributes come last, because the last of a kind wins.
            foreach (var attribute in typeof(TService).GetCustomAttributes(inherit: true).Concat(info.GetCustomAttributes(inherit: true)))
                each.Metadata.Add(attribute);
            each.Metadata.Add(new HttpMethodMetadata(["POST"], acceptCorsPreflight: true));
            each.Metadata.Add(new GrpcMethodMetadata(typeof(TService), method));
        });
        endpoints.Add(endpoint);
    }

    /// <summary>Marks that the answer for unknown services is mapped.</summary>
    private sealed class UnknownServices : EndpointDataSource
    {
        public override IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints => [];

        public override Microsoft.Extensions.Primitives.IChangeToken GetChangeToken() =>
            new Microsoft.Extensions.Primitives.CancellationChangeToken(CancellationToken.None);
    }
}
