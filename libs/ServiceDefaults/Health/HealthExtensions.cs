using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace FaceMix.ServiceDefaults;

/// <summary><see cref="Readiness"/> as a health check, over HTTP and as <c>grpc.health.v1</c>.</summary>
internal static class HealthExtensions
{
    private const string Ready = "ready";

    public static void AddHealth(this IServiceCollection services, ServiceIdentity identity)
    {
        services.AddSingleton<Readiness>();
        services.AddHealthChecks().AddCheck<Readiness>("readiness", tags: [Ready]);
        if (identity.GrpcPort is null)
            return;
        services.AddGrpcHealthChecks(options =>
        {
            foreach (var name in identity.RpcServices)
                options.Services.Map(name, check => check.Tags.Contains(Ready));
        });
        // Changes are told at once, below; this heals what a check that ran meanwhile may have overwritten.
        services.Configure<HealthCheckPublisherOptions>(options => (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
    }

    public static void MapHealth(this WebApplication app, ServiceIdentity identity)
    {
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = (http, _) => http.Response.WriteAsync("healthy\n") });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync });
        var readiness = app.Services.GetRequiredService<Readiness>();
        if (identity.GrpcPort is not null)
        {
            app.MapGrpcHealthChecksService();
            var health = app.Services.GetRequiredService<HealthServiceImpl>();
            var order = new Lock();
            readiness.Changed += Tell;
            Tell();

            void Tell()
            {
                lock (order)
                    foreach (var name in identity.RpcServices.Prepend(""))
                        health.SetStatus(name, readiness.IsReady ? ServingStatus.Serving : ServingStatus.NotServing);
            }
        }
        app.Lifetime.ApplicationStopping.Register(readiness.SetStopping);
    }

    private static Task WriteAsync(HttpContext http, HealthReport report) =>
        http.Response.WriteAsync(report.Status == HealthStatus.Healthy ? "ready\n" : string.Join('\n', report.Entries.Values.Select(each => each.Description)) + "\n");
}
