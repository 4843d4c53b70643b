using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Metrics for Prometheus on <c>/metrics</c>; traces and metrics over OTLP, only where OpenTelemetry's own variables name a collector
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>).
/// </summary>
public static class Telemetry
{
    /// <summary>Buckets for times in seconds.</summary>
    public static IReadOnlyList<double> Seconds { get; } = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <exception cref="StartException">The collector's address is none.</exception>
    internal static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(identity.Name, "facemix"))
            .WithMetrics(metrics => metrics
                .AddMeter("FaceMix.*")
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation()
                .AddView(SecondsWhereNothingIsAdvised)
                .AddPrometheusExporter());
        if (builder.Configuration[Endpoint] is not { Length: > 0 } collector)
            return;
        if (!Uri.TryCreate(collector, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new StartException($"{Endpoint} is '{collector}', but it must be an address such as http://127.0.0.1:4317.");
        // A collector that is gone must not hold up the stop for long: 2 s a try where nothing else is said, not 10.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("OTEL_EXPORTER_OTLP_TIMEOUT", "2000")] });
        telemetry
            .WithTracing(traces => traces
                .AddSource("FaceMix.*", "System.Net.Http")
                .AddAspNetCoreInstrumentation(options => options.Filter = http => !IsAboutTheServer(http.Request.Path)))
            .UseOtlpExporter();
    }

    // OpenTelemetry's own buckets, 5 to 10 000, are for milliseconds.
    private static ExplicitBucketHistogramConfiguration? SecondsWhereNothingIsAdvised(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s", Advice: null } ? new() { Boundaries = [.. Seconds] } : null;

    private static bool IsAboutTheServer(string? path) => path is "/healthz" or "/readyz" or "/metrics" || path?.StartsWith("/grpc.", StringComparison.Ordinal) == true;
}
