using System.Net;
using System.Net.Sockets;
using FaceMix.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class AServiceListens
{
    [Theory]
    [InlineData("Bind:Address", "0.0.0.0", "Bind:Insecure=true")]
    [InlineData("Bind:Address", "everywhere", "must be an IP address")]
    [InlineData("Bind:GrpcPort", "70000", "0 to 65535")]
    [InlineData("Bind:HttpPort", "many", "cannot be read")]
    public void A_bad_address_or_port_stops_the_start_with_a_sentence(string key, string value, string part)
    {
        var error = Assert.Throws<StartException>(() => RunningService.Build(null, (key, value)));

        Assert.Contains(part, error.Message);
    }

    [Fact]
    public async Task A_wider_address_is_allowed_when_it_is_said_to_be_insecure() =>
        await RunningService.Build(null, ("Bind:Address", "0.0.0.0"), ("Bind:Insecure", "true")).DisposeAsync();

    [Fact]
    public async Task A_port_in_use_ends_the_program_with_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (output, error) = (Console.Error, new StringWriter());
        Console.SetError(error);
        int code;
        try
        {
            code = await ServiceHost.RunAsync(() => RunningService.Build(null, ("Bind:HttpPort", $"{port}")));
        }
        finally
        {
            Console.SetError(output);
        }

        Assert.Equal(1, code);
        Assert.Contains($"127.0.0.1:{port}: address already in use: another program listens there", error.ToString());
    }

    [Fact]
    public async Task Health_readiness_and_metrics_answer_over_http_1()
    {
        await using var service = await RunningService.StartAsync();

        Assert.Equal("healthy\n", await service.Http.GetStringAsync("/healthz"));
        Assert.Equal("ready\n", await service.Http.GetStringAsync("/readyz"));
        var metrics = await service.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", metrics.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task What_is_not_ready_is_named_until_it_is()
    {
        await using var service = await RunningService.StartAsync();
        var readiness = service.App.Services.GetRequiredService<Readiness>();
        readiness.Require("model", "waiting for the first version");
        readiness.Require("database", "connecting");
        readiness.SetReady("database");

        var before = await service.Http.GetAsync("/readyz");
        readiness.SetReady("model");
        var after = await service.Http.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        Assert.Equal("model: waiting for the first version\n", await before.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }
}
