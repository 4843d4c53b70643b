using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace FaceMix.ServiceDefaults;

/// <summary>How a log line looks.</summary>
public enum LogFormat
{
    Text,

    /// <summary>Serilog's compact JSON.</summary>
    Json,
}

/// <summary>Serilog to the console, one line per event.</summary>
internal static class ServiceLogging
{
    private const string Format = "Logging:Format";

    /// <summary>
    /// Levels and sinks come from configuration section <c>Serilog</c>; <c>Logging:Format=json</c> writes each event
    /// as JSON. Without a sink of its own the configuration gets the console.
    /// </summary>
    /// <exception cref="StartException">The format is not known.</exception>
    public static void AddServiceLogging(this WebApplicationBuilder builder, string service)
    {
        var given = builder.Configuration[Format] ?? nameof(LogFormat.Text);
        if (!Enum.TryParse<LogFormat>(given, ignoreCase: true, out var format) || !Enum.IsDefined(format))
            throw new StartException($"{Format} is '{given}', but it must be text or json.");
        builder.Services.AddSerilog((services, logger) =>
        {
            logger
                .MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("System", LogEventLevel.Warning)
                .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
                // YARP logs each call twice; what fails is logged once, by the page's host itself.
                .MinimumLevel.Override("Yarp", LogEventLevel.Error)
                // Said by CallMonitor and Readiness, once.
                .MinimumLevel.Override("Grpc.AspNetCore.Server.ServerCallHandler", LogEventLevel.Fatal)
                .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)
                .Enrich.FromLogContext()
                .Enrich.WithProperty("Service", service)
                .ReadFrom.Configuration(builder.Configuration)
                .ReadFrom.Services(services);
            if (!builder.Configuration.GetSection("Serilog:WriteTo").Exists())
                logger.WriteTo.Console(format == LogFormat.Json ? new RenderedCompactJsonFormatter() : new OneLineFormatter());
        }, preserveStaticLogger: true);
    }
}
