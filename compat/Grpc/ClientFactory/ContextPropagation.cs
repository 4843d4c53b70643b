using Grpc.AspNetCore.ClientFactory;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.ClientFactory;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.ClientFactory
{
    public class GrpcContextPropagationOptions
    {
        /// <summary>True: outside a service's method calls are made without propagation. False: they fail.</summary>
        public bool SuppressContextNotFoundErrors { get; set; }
    }

    /// <summary>Gives a call the deadline and the cancellation of the call that is being served.</summary>
    internal sealed class ContextPropagation(GrpcContextPropagationOptions options, IHttpContextAccessor accessor) : OptionsInterceptor
    {
        protected override CallOptions Change(CallOptions own)
        {
            if (accessor.HttpContext?.Features.Get<IServerCallContextFeature>()?.ServerCallContext is not { } served)
                return options.SuppressContextNotFoundErrors
                    ? own
                    : throw new InvalidOperationException("Unable to propagate server context values to the call. Can't find the gRPC ServerCallContext on the current HttpContext.");
            var deadline = own.Deadline is { } earlier && earlier < served.Deadline ? earlier : served.Deadline;
            return own.WithDeadline(deadline).WithPropagationToken(new ServedCall(served.CancellationToken));
        }
    }

    /// <summary>A call that the client's call belongs to, beside the caller's own token.</summary>
    internal sealed class ServedCall(CancellationToken cancelled) : ContextPropagationToken
    {
        public CancellationToken Cancelled => cancelled;
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    public static class GrpcServerHttpClientBuilderExtensions
    {
        public static IHttpClientBuilder EnableCallContextPropagation(this IHttpClientBuilder builder) => builder.EnableCallContextPropagation(_ => { });

        public static IHttpClientBuilder EnableCallContextPropagation(this IHttpClientBuilder builder, Action<GrpcContextPropagationOptions> configureOptions)
        {
            var options = new GrpcContextPropagationOptions();
            configureOptions(options);
            builder.Services.AddHttpContextAccessor();
            return builder.AddInterceptor(provider => new ContextPropagation(options, provider.GetRequiredService<IHttpContextAccessor>()));
        }
    }
}
