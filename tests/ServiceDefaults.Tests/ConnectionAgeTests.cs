using System.Text.Json;
using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services.V1;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class ConnectionAgeTests
{
    private const string Seconds = "4";
    private const string Age = "--Bind:ConnectionAge=00:00:01";

    [NeedsNode]
    public async Task From_node_the_next_calls_come_by_a_new_connection_and_none_fails()
    {
        await using var service = await RunningService.StartAsync(Age);
        var folder = Repository.PathOf("tests", "ServiceDefaults.Tests");

        CheckSeen(await Peer.RunAsync("node", Path.Combine(folder, "peers", "keepcalling.mjs"), Repository.Root, Path.Combine(folder, "counting.proto"), service.App.Addresses()[0].Authority, Seconds));
    }

    [NeedsPythonGrpc]
    public async Task From_python_the_next_calls_come_by_a_new_connection_and_none_fails()
    {
        await using var service = await RunningService.StartAsync(Age);

        CheckSeen(await Peer.RunAsync("/usr/bin/python3", Repository.PathOf("tests", "ServiceDefaults.Tests", "peers", "keepcalling.py"), service.App.Addresses()[0].Authority, Seconds));
    }

    [Fact]
    public async Task From_our_client_the_next_calls_come_by_a_new_connection_and_none_fails()
    {
        await using var service = await RunningService.StartAsync(Age);
        var client = service.Client;
        var peers = new HashSet<string>();
        using var stream = client.Count(new CountRequest { To = 30, PauseMs = 100 });

        for (var end = DateTime.UtcNow.AddSeconds(4); DateTime.UtcNow < end; await Task.Delay(2))
            peers.Add((await client.WhereAsync(new WhereRequest())).Peer);
        var counted = 0;
        while (await stream.ResponseStream.MoveNext(CancellationToken.None))
            counted++;

        Assert.True(peers.Count >= 3, $"{peers.Count} connections");
        Assert.Equal(30, counted);
    }

    [Theory]
    [InlineData("00:00:00.5", "00:00:01 to 1.00:00:00")]
    [InlineData("a while", "Bind:ConnectionAge is 'a while', but it must be a time such as 00:00:05.")]
    public void A_bad_age_stops_the_start_with_a_sentence(string age, string part) =>
        Assert.Contains(part, Assert.Throws<StartException>(() => RunningService.Build([$"--Bind:ConnectionAge={age}"])).Message);

    private static void CheckSeen(JsonElement seen)
    {
        Assert.Empty(seen.GetProperty("failures").EnumerateArray().Select(each => each.GetString()));
        Assert.True(seen.GetProperty("connections").GetInt32() >= 3, $"{seen}");
        Assert.Equal(30, seen.GetProperty("counted").GetInt32());
    }
}
