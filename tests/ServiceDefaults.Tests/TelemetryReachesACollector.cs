using System.Collections.Concurrent;
using FaceMix.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class TelemetryReachesACollector
{
    [Fact]
    public async Task Traces_and_metrics_are_sent_where_an_endpoint_is_set()
    {
        var posted = new ConcurrentBag<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/{**path}", (HttpRequest request) => posted.Add(request.Path));
        await collector.StartAsync();

        await using (var service = RunningService.Build(null, ("Telemetry:OtlpEndpoint", collector.Addresses()[0].ToString())))
        {
            await service.StartAsync();
            using var http = new HttpClient { BaseAddress = service.Addresses()[1] };
            await http.GetStringAsync("/healthz");
            await service.StopAsync();
        }

        Assert.Equal(["/v1/metrics", "/v1/traces"], posted.Distinct().Order());
    }

    [Fact]
    public void An_endpoint_that_is_no_address_stops_the_start_with_a_sentence() =>
        Assert.Contains("Telemetry:OtlpEndpoint", Assert.Throws<StartException>(() => RunningService.Build(null, ("Telemetry:OtlpEndpoint", "collector"))).Message);
}
