using FaceMix.Latents.V1;
using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Rpc;
using FaceMix.LatentStore.Schema;
using FaceMix.LatentStore.Search;
using FaceMix.ServiceDefaults;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FaceMix.LatentStore;

/// <summary>The service, put together.</summary>
public static class LatentStoreApp
{
    private static readonly ServiceIdentity Identity = new("latent-store", GrpcPort: 5102, HttpPort: 5112, LatentStoreService.Descriptor.FullName);

    /// <param name="args">Configuration from the command line, such as <c>--Store:ConnectionString=...</c>.</param>
    /// <exception cref="StartException">The configuration is wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args).AddServiceDefaults(Identity);
        var options = builder.AddOptions<StoreOptions>("Store");
        builder.Services
            .AddSingleton(_ => Database.Open(options))
            .AddSingleton(services => new Migrator(services.GetRequiredService<NpgsqlDataSource>(), Migration.Embedded))
            .AddSingleton<StoreMetrics>()
            .AddSingleton<DatabaseWatch>()
            .AddHostedService(services => services.GetRequiredService<DatabaseWatch>())
            .AddSingleton<ModelVersions>()
            .AddSingleton<LatentWriter>()
            .AddSingleton<LatentReader>()
            .AddSingleton<MaskTables>()
            .AddSingleton<FeatureMatcher>()
            .AddSingleton<NearestSearch>()
            .AddSingleton<ModelChoice>()
            .AddSingleton<LatentStoreRpc>()
            .AddSingleton<IErrorMapper, StoreErrorMapper>()
            .AddSingleton<SchemaGate>()
            .AddGrpc().AddServiceOptions<LatentStoreRpc>(rpc => rpc.Interceptors.Add<SchemaGate>());
        builder.Services
            .ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddNpgsqlInstrumentation())
            .ConfigureOpenTelemetryTracerProvider(traces => traces.AddNpgsql());

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<LatentStoreRpc>();
        return app;
    }
}
