using FaceMix.ServiceDefaults.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>What every service does the same, as one pair of calls.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Logging, listening (<see cref="BindOptions"/>), taking leave (<see cref="DrainOptions"/>), metrics, <see cref="Readiness"/>, and, where the service has a
    /// gRPC port, gRPC whose unexpected errors become INTERNAL with a logged id.
    /// </summary>
    /// <exception cref="StartException">The configuration of <c>Bind</c>, <c>Cors</c> or <c>Drain</c> is wrong.</exception>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        builder.AddServiceLogging(identity.Name);
        builder.AddOtlpExport(identity.Name);
        builder.Services.AddSingleton(identity);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<MetricsPage>();
        builder.Services.AddSingleton(TimeProvider.System);
        if (identity.GrpcPort is not null)
        {
            builder.Services.AddGrpc(options => options.Interceptors.Add<ErrorInterceptor>());
            builder.Services.AddGrpcReflection();
            var cors = builder.Configuration.Read("Cors", new CorsOptions());
            builder.Services.AddCors(options => options.AddDefaultPolicy(cors.AddTo));
        }
        var drain = builder.Configuration.Read("Drain", new DrainOptions());
        builder.Services.AddSingleton(drain);
        builder.Services.AddSingleton<Drain>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Drain>());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = drain.Limit + DrainOptions.Grace);
        var bind = builder.Configuration.Read("Bind", new BindOptions { GrpcPort = identity.GrpcPort, HttpPort = identity.HttpPort });
        if (identity.GrpcPort is null)
            bind.GrpcPort = null;
        Listen(builder, bind);
        return builder;
    }

    /// <summary>
    /// <c>/healthz</c> (200 while the process works), <c>/readyz</c> (200, or 503 with what is missing), <c>/metrics</c>
    /// (Prometheus text), and, where the service speaks gRPC, <c>grpc.health.v1</c>, server reflection v1 and v1alpha,
    /// and gRPC-Web for every gRPC service, also for pages of other hosts (<see cref="CorsOptions"/>). Call it before mapping services.
    /// </summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        var identity = app.Services.GetRequiredService<ServiceIdentity>();
        var readiness = app.Services.GetRequiredService<Readiness>();
        var metrics = app.Services.GetRequiredService<MetricsPage>();
        var drain = app.Services.GetRequiredService<Drain>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FaceMix.ServiceDefaults");
        if (identity.GrpcPort is not null)
        {
            app.UseCors();
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
            app.Use(next => http => drain.InvokeAsync(http, next));
            app.MapGrpcReflectionService();
            app.MapGrpcService<HealthOverGrpc>();
        }
        app.MapGet("/healthz", () => "healthy\n");
        app.MapGet("/readyz", () => readiness.IsReady
            ? Results.Text("ready\n")
            : Results.Text(string.Join('\n', readiness.Reasons) + "\n", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapGet("/metrics", () => Results.Text(metrics.Write(), MetricsPage.ContentType));
        app.Lifetime.ApplicationStarted.Register(() => Log.Listening(logger, identity.Name, string.Join(' ', app.Addresses())));
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            readiness.SetStopping();
            Log.Stopping(logger, identity.Name);
        });
        return app;
    }

    /// <summary>Where a started service listens: gRPC first, where it has it, then HTTP.</summary>
    public static IReadOnlyList<Uri> Addresses(this WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(each => new Uri(each))];

    private static void Listen(WebApplicationBuilder builder, BindOptions bind)
    {
        builder.Services.AddLargeBlocks();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var services = kestrel.ApplicationServices;
            var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            var age = new ConnectionAge(bind.ConnectionAge, services.GetRequiredService<TimeProvider>(), stopping);
            kestrel.AddServerHeader = false;
            // Finds out that a caller is gone who could not say so.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromMinutes(1);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            // Without TLS one port cannot speak both: HTTP/2 is then agreed on beforehand.
            if (bind.GrpcPort is { } grpcPort)
                ListenOn(grpcPort, HttpProtocols.Http2);
            ListenOn(bind.HttpPort, HttpProtocols.Http1);

            void ListenOn(int port, HttpProtocols protocols) => kestrel.Listen(bind.ParsedAddress, port, listen =>
            {
                listen.Protocols = protocols;
                listen.Use(age.Around);
            });
        });
    }
}
