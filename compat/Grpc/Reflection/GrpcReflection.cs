using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection
{
    public static class GrpcReflectionServiceExtensions
    {
        /// <summary>Reflection over the services that are mapped by the time the first caller asks.</summary>
        public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.TryAddSingleton(provider => new ReflectionServiceImpl(Mapped(provider)));
            services.TryAddSingleton(provider => new ReflectionV1ServiceImpl(Mapped(provider)));
            return services;
        }

        private static IEnumerable<Google.Protobuf.Reflection.ServiceDescriptor> Mapped(IServiceProvider provider) =>
            provider.GetRequiredService<EndpointDataSource>().Endpoints
                .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
                .OfType<Type>()
                .Distinct()
                .Select(DescriptorOf)
                .OfType<Google.Protobuf.Reflection.ServiceDescriptor>();

        // A service written by hand has none.
        private static object? DescriptorOf(Type service) =>
            service.GetCustomAttribute<BindServiceMethodAttribute>()?.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
    }
}

namespace Microsoft.AspNetCore.Builder
{
    public static class GrpcReflectionEndpointRouteBuilderExtensions
    {
        /// <summary>Maps versions v1alpha and v1.</summary>
        public static IEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            // Asked for, not resolved: it must not look at the endpoints before all are mapped.
            if (!builder.ServiceProvider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(ReflectionServiceImpl)))
                throw new InvalidOperationException("Unable to find the required services. Please add all the required services by calling 'IServiceCollection.AddGrpcReflection()'.");
            return new GrpcServiceEndpointConventionBuilder([builder.MapGrpcService<ReflectionServiceImpl>(), builder.MapGrpcService<ReflectionV1ServiceImpl>()]);
        }
    }
}
