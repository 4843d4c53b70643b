using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Traces_and_metrics_are_sent_where_OpenTelemetrys_own_variables_say()
    {
        var posted = new ConcurrentBag<(string Path, string Body)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/{**path}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            posted.Add((request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
        await collector.StartAsync();

        await using (var service = await RunningService.StartAsync($"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Addresses()[0]}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"))
        {
            await service.Client.WhereAsync(new WhereRequest());
            await service.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative));
            await service.App.StopAsync();
        }

        Assert.Equal(["/v1/metrics", "/v1/traces"], posted.Select(each => each.Path).Distinct().Order());
        var traces = string.Concat(posted.Where(each => each.Path == "/v1/traces").Select(each => each.Body));
        Assert.Contains("facemix.tests.counting.v1.CountingService/Where", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("GET /healthz", traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_does_not_answer_does_not_hold_up_the_stop()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var service = await RunningService.StartAsync($"--OTEL_EXPORTER_OTLP_ENDPOINT=http://{silent.LocalEndpoint}");
        await service.Client.WhereAsync(new WhereRequest());
        var clock = Stopwatch.StartNew();

        await service.DisposeAsync();

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(8), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public void An_endpoint_that_is_no_address_stops_the_start_with_a_sentence() => Assert.Equal(
        "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector', but it must be an address such as http://127.0.0.1:4317.",
        Assert.Throws<StartException>(() => RunningService.Build(["--OTEL_EXPORTER_OTLP_ENDPOINT=collector"])).Message);
}
