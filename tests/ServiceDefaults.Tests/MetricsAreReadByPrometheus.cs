using System.Diagnostics.Metrics;
using FaceMix.ServiceDefaults;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class MetricsAreReadByPrometheus
{
    [Fact]
    public void Each_kind_of_instrument_becomes_its_kind_of_metric()
    {
        using var page = new MetricsPage();
        using var meter = new Meter("FaceMix.Tests.Page");
        var pictures = meter.CreateCounter<long>("test.pictures", "{picture}", "Pictures decoded.");
        var queue = meter.CreateUpDownCounter<int>("test.queue.length");
        meter.CreateObservableGauge("test.memory", () => 1.5, "By");
        var duration = meter.CreateHistogram<double>("test.duration", "s", "Time per batch.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });

        pictures.Add(2, new KeyValuePair<string, object?>("model", "a\"b"));
        pictures.Add(3, new KeyValuePair<string, object?>("model", "a\"b"));
        queue.Add(5);
        queue.Add(-2);
        duration.Record(0.1);
        duration.Record(0.5);
        duration.Record(7);
        var lines = page.Write().Split('\n').Where(line => line.Contains("test_")).ToArray();

        Assert.Equal(
            [
                "# HELP test_duration_seconds Time per batch.",
                "# TYPE test_duration_seconds histogram",
                "test_duration_seconds_bucket{le=\"0.1\"} 1",
                "test_duration_seconds_bucket{le=\"1\"} 2",
                "test_duration_seconds_bucket{le=\"+Inf\"} 3",
                "test_duration_seconds_sum 7.6",
                "test_duration_seconds_count 3",
                "# HELP test_memory_bytes test.memory",
                "# TYPE test_memory_bytes gauge",
                "test_memory_bytes 1.5",
                "# HELP test_pictures_total Pictures decoded.",
                "# TYPE test_pictures_total counter",
                "test_pictures_total{model=\"a\\\"b\"} 5",
                "# HELP test_queue_length test.queue.length",
                "# TYPE test_queue_length gauge",
                "test_queue_length 3",
            ],
            lines);
    }

    [Fact]
    public async Task The_runtimes_and_the_servers_own_meters_are_on_the_page()
    {
        await using var service = await RunningService.StartAsync();
        await service.Http.GetStringAsync("/healthz");

        var page = await service.Http.GetStringAsync("/metrics");

        Assert.Contains("dotnet_process_memory_working_set_bytes ", page);
        Assert.Contains("http_server_request_duration_seconds_bucket{", page);
        Assert.Contains("http_route=\"/healthz\"", page);
    }
}
