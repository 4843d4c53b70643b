using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>What every service does the same, as one pair of calls.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Logging, listening (<see cref="BindOptions"/>), draining (<see cref="DrainOptions"/>), telemetry, <see cref="Readiness"/>, and, where the service has
    /// a gRPC port, gRPC whose exceptions become statuses (<see cref="IErrorMapper"/>).
    /// </summary>
    /// <exception cref="StartException">The configuration is wrong.</exception>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        var services = builder.Services;
        services.AddSingleton(identity);
        services.AddSingleton(TimeProvider.System);
        builder.AddServiceLogging(identity.Name);
        builder.AddTelemetry(identity);
        builder.AddListening(identity);
        services.AddHealth(identity);
        var drain = builder.AddOptions<DrainOptions>("Drain");
        services.AddSingleton(drain);
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.Configure<HostOptions>(options => options.ShutdownTimeout = drain.Limit + DrainOptions.Grace);
        if (identity.GrpcPort is not null)
        {
            services.AddSingleton<CallMonitor>();
            services.AddSingleton<CallInterceptor>();
            services.AddGrpc(options => options.Interceptors.Add<CallInterceptor>());
            services.AddGrpcReflection();
            var cors = builder.AddOptions<CorsOptions>("Cors");
            services.AddCors(options => options.AddDefaultPolicy(cors.AddTo));
        }
        return builder;
    }

    /// <summary>
    /// <c>/healthz</c> (200 while the process works), <c>/readyz</c> (200, or 503 with what is missing), <c>/metrics</c>
    /// (Prometheus text), and, where the service speaks gRPC, <c>grpc.health.v1</c>, server reflection v1 and v1alpha,
    /// and gRPC-Web for every gRPC service, also for pages of other hosts (<see cref="CorsOptions"/>). Call it before mapping services.
    /// </summary>
    /// <exception cref="StartException">The configuration has a key that no options class knows.</exception>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.RefuseUnknownKeys();
        var identity = app.Services.GetRequiredService<ServiceIdentity>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FaceMix.ServiceDefaults");
        if (identity.GrpcPort is not null)
        {
            var monitor = app.Services.GetRequiredService<CallMonitor>();
            app.UseCors();
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
            app.Use(next => http => monitor.InvokeAsync(http, next));
            app.MapGrpcReflectionService();
        }
        app.MapHealth(identity);
        app.MapPrometheusScrapingEndpoint();
        app.Lifetime.ApplicationStarted.Register(() => Log.Listening(logger, identity.Name, string.Join(' ', app.Addresses())));
        return app;
    }

    /// <summary>Where a started service listens: gRPC first, where it has it, then HTTP.</summary>
    public static IReadOnlyList<Uri> Addresses(this WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(each => new Uri(each))];
}
