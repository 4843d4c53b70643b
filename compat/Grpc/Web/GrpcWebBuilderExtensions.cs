using Grpc.AspNetCore.Web;

namespace Microsoft.AspNetCore.Builder;

public static class GrpcWebApplicationBuilderExtensions
{
    /// <summary>Lets browsers call gRPC services over HTTP/1.1. Goes after routing and before the endpoints.</summary>
    public static IApplicationBuilder UseGrpcWeb(this IApplicationBuilder builder, GrpcWebOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return options.DefaultEnabled ? builder.Use(next => new GrpcWebMiddleware(next).InvokeAsync) : builder;
    }
}
