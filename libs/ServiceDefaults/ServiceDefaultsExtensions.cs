using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>What every service does the same, as one pair of calls.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Logging, listening (<see cref="BindOptions"/>), metrics, <see cref="Readiness"/>, and, where the service has a
    /// gRPC port, gRPC whose unexpected errors become INTERNAL with a logged id.
    /// </summary>
    /// <exception cref="StartException">The configuration of <c>Bind</c> is wrong.</exception>
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
            builder.Services.AddReadinessOverGrpc();
        }
        Listen(builder, ReadBind(builder.Configuration, identity));
        return builder;
    }

    /// <summary>
    /// <c>/healthz</c> (200 while the process works), <c>/readyz</c> (200, or 503 with what is missing), <c>/metrics</c>
    /// (Prometheus text), and, where the service speaks gRPC, <c>grpc.health.v1</c>, server reflection v1 and v1alpha,
    /// and gRPC-Web for every gRPC service. Call it before mapping services.
    /// </summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        var identity = app.Services.GetRequiredService<ServiceIdentity>();
        var readiness = app.Services.GetRequiredService<Readiness>();
        var metrics = app.Services.GetRequiredService<MetricsPage>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FaceMix.ServiceDefaults");
        if (identity.GrpcPort is not null)
        {
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
            app.MapGrpcReflectionService();
            app.MapReadinessOverGrpc();
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

    private static BindOptions ReadBind(IConfiguration configuration, ServiceIdentity identity)
    {
        var bind = new BindOptions { GrpcPort = identity.GrpcPort, HttpPort = identity.HttpPort };
        try
        {
            configuration.GetSection("Bind").Bind(bind);
        }
        catch (InvalidOperationException error)
        {
            throw new StartException($"The configuration of Bind cannot be read: {error.InnerException?.Message ?? error.Message}", error);
        }
        if (identity.GrpcPort is null)
            bind.GrpcPort = null;
        return bind.Problem() is { } problem ? throw new StartException(problem) : bind;
    }

    private static void Listen(WebApplicationBuilder builder, BindOptions bind)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Without TLS one port cannot speak both: HTTP/2 is then agreed on beforehand.
            if (bind.GrpcPort is { } grpcPort)
                kestrel.Listen(bind.ParsedAddress, grpcPort, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(bind.ParsedAddress, bind.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        });
    }
}
