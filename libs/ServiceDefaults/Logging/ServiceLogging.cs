using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;

namespace FaceMix.ServiceDefaults;

/// <summary>Serilog to the console, one line per event.</summary>
internal static class ServiceLogging
{
    /// <summary>
    /// Levels and sinks come from configuration section <c>Serilog</c>; <c>Logging:Format=json</c> writes each event
    /// as JSON. Without a sink of its own the configuration gets the console.
    /// </summary>
    public static void AddServiceLogging(this WebApplicationBuilder builder, string service)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .Enrich.WithProperty("Service", service)
            .ReadFrom.Configuration(builder.Configuration);
        if (!builder.Configuration.GetSection("Serilog:WriteTo").Exists())
        {
            ITextFormatter formatter = builder.Configuration["Logging:Format"] == "json" ? new JsonFormatter(renderMessage: true) : new OneLineFormatter();
            configuration.WriteTo.Console(formatter);
        }
        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(configuration.CreateLogger(), dispose: true);
    }
}
