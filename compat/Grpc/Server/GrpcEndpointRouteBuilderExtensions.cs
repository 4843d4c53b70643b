using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps each method of a service whose base class was generated; the service is made anew for each call.</summary>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var binder = new ServiceBinder<TService>(builder);
        BindMethodOf(typeof(TService)).Invoke(null, [binder, null]);
        binder.MapUnimplemented();
        return new GrpcServiceEndpointConventionBuilder(binder.Endpoints);
    }

    private static MethodInfo BindMethodOf(Type service)
    {
        var attribute = service.GetCustomAttribute<BindServiceMethodAttribute>()
            ?? throw new InvalidOperationException($"{service} has no base class generated from a gRPC service.");
        // Of the two of that name, the one that takes a binder.
        return attribute.BindType.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Single(each => each.Name == attribute.BindMethodName && each.GetParameters() is [{ ParameterType: var first }, _] && first == typeof(ServiceBinderBase));
    }
}
