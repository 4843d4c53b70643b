using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Rpc;
using FaceMix.LatentStore.Schema;
using FaceMix.LatentStore.Search;
using FaceMix.ServiceDefaults;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FaceMix.LatentStore;

/// <summary>The service, put together.</summary>
public static class LatentStoreApp
{
    private static readonly ServiceIdentity Identity = new("latent-store", GrpcPort: 5102, HttpPort: 5112);

    /// <param name="args">Configuration from the command line, such as <c>--Store:ConnectionString=...</c>.</param>
    /// <exception cref="StartException">The configuration of <c>Bind</c> is wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args).AddServiceDefaults(Identity);
        builder.Services.AddOptions<StoreOptions>()
            .BindConfiguration(StoreOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services
            .AddSingleton(services => Database.Open(services.GetRequiredService<IOptions<StoreOptions>>().Value))
            .AddSingleton(services => new Migrator(services.GetRequiredService<NpgsqlDataSource>(), Migration.Embedded))
            .AddSingleton<DatabaseWatch>()
            .AddHostedService(services => services.GetRequiredService<DatabaseWatch>())
            .AddSingleton<ModelVersions>()
            .AddSingleton<LatentWriter>()
            .AddSingleton<LatentReader>()
            .AddSingleton<MaskTables>()
            .AddSingleton<FeatureMatcher>()
            .AddSingleton<NearestSearch>()
            .AddSingleton<ModelChoice>()
            .Configure<GrpcServiceOptions>(options => options.Interceptors.Add<DatabaseErrorInterceptor>());

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<LatentStoreRpc>();
        return app;
    }
}
