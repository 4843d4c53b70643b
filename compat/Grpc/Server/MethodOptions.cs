using Grpc.Framing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server;

/// <summary>A service's options after its own are laid over the global ones.</summary>
internal sealed record MethodOptions(
    int? MaxReceiveMessageSize,
    int? MaxSendMessageSize,
    bool EnableDetailedErrors,
    bool CompressesResponses,
    IReadOnlyList<InterceptorRegistration> Interceptors)
{
    /// <summary>Interceptors are listed innermost first, ready to be wrapped around.</summary>
    /// <exception cref="InvalidOperationException">Responses are to be compressed in a way that is unknown here.</exception>
    public static MethodOptions Of<TService>(IServiceProvider services)
        where TService : class
    {
        var all = services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var own = services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value;
        var algorithm = own.ResponseCompressionAlgorithm ?? all.ResponseCompressionAlgorithm;
        if (algorithm is not (null or Wire.Identity or Gzip.Name))
            throw new InvalidOperationException($"The configured response compression algorithm '{algorithm}' does not have a matching compression provider.");
        return new MethodOptions(
            own.MaxReceiveMessageSizeSpecified ? own.MaxReceiveMessageSize
                : all.MaxReceiveMessageSizeSpecified ? all.MaxReceiveMessageSize
                : Wire.DefaultMaxReceiveMessageSize,
            own.MaxSendMessageSizeSpecified ? own.MaxSendMessageSize : all.MaxSendMessageSize,
            own.EnableDetailedErrors ?? all.EnableDetailedErrors ?? false,
            algorithm == Gzip.Name,
            [.. all.Interceptors.Concat(own.Interceptors).Reverse()]);
    }
}
