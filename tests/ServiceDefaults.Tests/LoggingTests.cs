using System.Text.Json;
using System.Text.RegularExpressions;
using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed partial class LoggingTests
{
    [Fact]
    public async Task In_text_an_event_is_one_line_with_its_exception_and_its_trace()
    {
        var lines = await LinesOfFailedCallsAsync();

        Assert.All(lines, line => Assert.Matches(Line(), line));
        var invalid = Assert.Single(lines, line => line.Contains("INVALID_ARGUMENT", StringComparison.Ordinal));
        // The caller's line break does not begin a line of the log.
        Assert.Contains("CountingService/Fail ended with INVALID_ARGUMENT after", invalid, StringComparison.Ordinal);
        Assert.Contains("how: is | not good trace ", invalid, StringComparison.Ordinal);
        var unexpected = Assert.Single(lines, line => line.Contains("INTERNAL", StringComparison.Ordinal));
        Assert.Contains(" ERR tested ", unexpected, StringComparison.Ordinal);
        Assert.Contains(" | System.FormatException: a secret of the house |    at ", unexpected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_JSON_an_event_is_one_object_with_its_exception_and_its_trace()
    {
        var lines = await LinesOfFailedCallsAsync("--Logging:Format=json");

        var events = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(events, each => Assert.Equal("tested", each.GetProperty("Service").GetString()));
        var unexpected = Assert.Single(events, each => each.TryGetProperty("Status", out var status) && status.GetString() == "INTERNAL");
        Assert.Equal("Error", unexpected.GetProperty("@l").GetString());
        Assert.StartsWith("System.FormatException", unexpected.GetProperty("@x").GetString(), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", unexpected.GetProperty("@tr").GetString());
    }

    [Fact]
    public async Task Levels_come_from_the_section_Serilog() =>
        Assert.DoesNotContain(await LinesOfFailedCallsAsync("--Serilog:MinimumLevel:Override:FaceMix.ServiceDefaults.CallMonitor=Error"),
            line => line.Contains("INVALID_ARGUMENT", StringComparison.Ordinal));

    [Fact]
    public void A_format_that_is_not_known_stops_the_start_with_a_sentence() => Assert.Equal(
        "Logging:Format is 'xml', but it must be text or json.",
        Assert.Throws<StartException>(() => RunningService.Build(["--Logging:Format=xml"])).Message);

    private static async Task<IReadOnlyList<string>> LinesOfFailedCallsAsync(params string[] arguments)
    {
        await using var service = await ServiceProcess.StartProgramAsync(typeof(RunningService).Assembly.Location, 0, arguments);
        using (var channel = GrpcChannel.ForAddress(service.Grpc))
        {
            var client = new CountingService.CountingServiceClient(channel);
            await Assert.ThrowsAsync<RpcException>(async () => await client.FailAsync(new FailRequest { How = "invalid" }));
            await Assert.ThrowsAsync<RpcException>(async () => await client.FailAsync(new FailRequest { How = "unexpected" }));
        }
        service.Terminate();
        Assert.Equal(0, await service.ExitCodeAsync(TimeSpan.FromSeconds(30)));
        return service.Log.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INF|WRN|ERR) tested FaceMix\.[\w.]+ \S")]
    private static partial Regex Line();
}
