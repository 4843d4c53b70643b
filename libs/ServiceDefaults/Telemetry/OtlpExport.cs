using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Sends traces and metrics to a collector over OTLP (HTTP, protobuf), only where <c>Telemetry:OtlpEndpoint</c> names
/// one: "http://collector:4318".
/// </summary>
internal static class OtlpExport
{
    public static void AddOtlpExport(this WebApplicationBuilder builder, string service)
    {
        var text = builder.Configuration["Telemetry:OtlpEndpoint"];
        if (string.IsNullOrWhiteSpace(text))
            return;
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new StartException($"Telemetry:OtlpEndpoint is '{text}', but it must be an address such as http://127.0.0.1:4318.");
        builder.Services.AddSingleton<IHostedService>(_ => new Providers(service, endpoint));
    }

    private sealed class Providers(string service, Uri endpoint) : IHostedService, IDisposable
    {
        private TracerProvider? traces;
        private MeterProvider? metrics;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            var resource = ResourceBuilder.CreateDefault().AddService(service, "facemix");
            traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource("Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "FaceMix.*")
                .AddOtlpExporter(options => To(options, "v1/traces"))
                .Build();
            metrics = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter("*")
                .AddOtlpExporter(options => To(options, "v1/metrics"))
                .Build();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        // Sends what is left.
        public void Dispose()
        {
            traces?.Dispose();
            metrics?.Dispose();
        }

        private void To(OtlpExporterOptions options, string path)
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            // A collector that is gone must not hold up the stop for long.
            options.TimeoutMilliseconds = 2_000;
            options.Endpoint = new Uri(endpoint, path);
        }
    }
}
