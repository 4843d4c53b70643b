using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// <c>grpc.health.v1</c> says what <see cref="Readiness"/> knows, of the whole server (named "") and of each mapped
/// service alike; watchers learn of a change at once.
/// </summary>
internal static class ReadinessOverGrpc
{
    public static void AddReadinessOverGrpc(this IServiceCollection services) =>
        services.AddGrpcHealthChecks(options =>
        {
            // Readiness pushes each change; ASP.NET's own checks, asked now and then, have no say.
            options.UseHealthChecksCache = true;
            options.Services.Clear();
        });

    public static void MapReadinessOverGrpc(this WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        var health = app.Services.GetRequiredService<HealthServiceImpl>();
        var gate = new Lock();
        IReadOnlyList<string> names = [""];
        app.MapGrpcHealthChecksService();
        readiness.Changed += Tell;
        Tell();
        // Only now are all services mapped.
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            names = ["", .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints
                .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName).OfType<string>().Distinct()];
            Tell();
        });

        void Tell()
        {
            // In turn, so that the last to speak has looked last.
            lock (gate)
                foreach (var name in names)
                    health.SetStatus(name, readiness.IsReady ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing);
        }
    }
}
