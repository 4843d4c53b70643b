using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace FaceMix.Studio.Forwarding;

/// <summary>YARP with the allow-list of <see cref="ReaderRoutes"/>, a time limit, and a limit of calls at once.</summary>
internal static class ForwardingExtensions
{
    public static void AddForwarding(this IServiceCollection services)
    {
        services.AddReverseProxy()
            .ConfigureHttpClient((_, handler) =>
            {
                handler.ConnectTimeout = TimeSpan.FromSeconds(2);
                // A restarted service behind the same name may have a new address.
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            })
            .AddTransforms(transforms => transforms.AddResponseTransform(answer =>
            {
                answer.SuppressResponseBody = !GrpcWebErrors.IsGrpcWeb(answer.ProxyResponse?.Content.Headers.ContentType?.MediaType);
                return ValueTask.CompletedTask;
            }));
        services.AddSingleton<IProxyConfigProvider>(provider =>
            ReaderRoutes.Configuration(provider.GetRequiredService<IOptions<StudioOptions>>().Value));
        services.AddRequestTimeouts();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<StudioOptions>, ILogger<GrpcWebErrors>>((limiter, options, logger) =>
        {
            var most = options.Value.MaxConcurrentCalls;
            limiter.AddConcurrencyLimiter(ReaderRoutes.CallsPolicy, limit => (limit.PermitLimit, limit.QueueLimit) = (most, 0));
            limiter.OnRejected = async (refused, _) =>
            {
                Log.Refused(logger, refused.HttpContext.Request.Path, most);
                await GrpcWebReply.WriteAsync(refused.HttpContext.Response, GrpcWebReply.ResourceExhausted, "Too many calls at once.");
            };
        });
    }

    public static void MapForwarding(this WebApplication app)
    {
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        app.MapReverseProxy(proxy => proxy.UseMiddleware<GrpcWebErrors>());
    }
}
