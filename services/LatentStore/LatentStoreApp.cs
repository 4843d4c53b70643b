using FaceMix.Latents.V1;
using FaceMix.LatentStore.Directions;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Migrations;
using FaceMix.LatentStore.Rpc;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
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
            .AddSingleton(services => new Migrator(services.GetRequiredService<NpgsqlDataSource>(), Migration.Embedded, Migration.Roles))
            .AddSingleton<StoreMetrics>()
            .AddSingleton<DatabaseWatch>()
            .AddHostedService(services => services.GetRequiredService<DatabaseWatch>())
            .AddSingleton<SpaceCatalog>()
            .AddSingleton<Registration>()
            .AddSingleton<LatentWriter>()
            .AddSingleton<LatentReader>()
            .AddSingleton<LatentDeleter>()
            .AddSingleton<FaceCopies>()
            .AddHostedService<ChangeFeed>()
            .AddSingleton<FaceFinder>()
            .AddSingleton<DirectionStore>()
            .AddSingleton<DirectionRefresh>()
            .AddHostedService(services => services.GetRequiredService<DirectionRefresh>())
            .AddSingleton<SpaceChoice>()
            .AddSingleton<FilterCheck>()
            .AddSingleton<LoadLimit>()
            .AddSingleton<AddLatentsCall>()
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
