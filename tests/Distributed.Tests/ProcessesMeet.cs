using System.Net;
using System.Net.Sockets;
using FaceMix.Distributed;
using FaceMix.Distributed.Rendezvous;
using Xunit;

namespace FaceMix.Tests.Distributed;

public sealed class ProcessesMeet
{
    private static readonly Dictionary<string, string> s_torchrun = new()
    {
        ["RANK"] = "5",
        ["LOCAL_RANK"] = "1",
        ["LOCAL_WORLD_SIZE"] = "4",
        ["GROUP_RANK"] = "1",
        ["WORLD_SIZE"] = "8",
        ["MASTER_ADDR"] = "node0",
        ["MASTER_PORT"] = "29500",
        ["TORCHELASTIC_USE_AGENT_STORE"] = "True",
        ["TORCHELASTIC_RESTART_COUNT"] = "2",
    };

    [Fact]
    public void Torchruns_environment_is_understood()
    {
        var read = ProcessEnvironment.Read(s_torchrun.GetValueOrDefault);

        Assert.Equal(new ProcessEnvironment(5, 1, 8, "node0", 29500) { LauncherHoldsStore = true, Attempt = 2, Machine = 1 }, read);
    }

    [Fact]
    public void Without_a_launcher_there_is_no_group()
    {
        Assert.Null(ProcessEnvironment.Read(_ => null));
    }

    [Fact]
    public void Kubeflow_sets_no_local_rank_and_needs_none()
    {
        var read = ProcessEnvironment.Read(new Dictionary<string, string> { ["RANK"] = "2", ["WORLD_SIZE"] = "3", ["MASTER_ADDR"] = "job-master-0", ["MASTER_PORT"] = "23456" }.GetValueOrDefault);

        Assert.Equal(new ProcessEnvironment(2, 0, 3, "job-master-0", 23456) { Machine = 2 }, read);
    }

    [Theory]
    [InlineData("RANK", "8", "RANK is 8 and WORLD_SIZE 8; ranks go from 0 to 7.")]
    [InlineData("RANK", null, "RANK is not set")]
    [InlineData("RANK", "-1", "RANK is '-1'; it must be a number from 0 on.")]
    [InlineData("WORLD_SIZE", "0", "WORLD_SIZE is '0'; it must be a number from 1 to 65536.")]
    [InlineData("WORLD_SIZE", "many", "WORLD_SIZE is 'many'")]
    [InlineData("LOCAL_RANK", "6", "LOCAL_RANK is '6'; it must be a number from 0 to 5.")]
    [InlineData("MASTER_ADDR", null, "MASTER_ADDR is not set")]
    [InlineData("MASTER_ADDR", "", "MASTER_ADDR is not set")]
    [InlineData("MASTER_PORT", null, "MASTER_PORT is not set")]
    [InlineData("MASTER_PORT", "99999", "MASTER_PORT is '99999'")]
    public void A_wrong_environment_is_refused_by_the_variables_name(string name, string? value, string sentence)
    {
        var environment = new Dictionary<string, string?>(s_torchrun.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)) { [name] = value };

        var error = Assert.Throws<ProcessEnvironmentException>(() => ProcessEnvironment.Read(environment.GetValueOrDefault));

        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_never_arrives_is_named_after_the_stated_time()
    {
        using var store = KeyStore.Serve("127.0.0.1", 0, "test");
        var options = Ranks.Options with { JoinTimeout = TimeSpan.FromSeconds(2) };

        var error = Assert.Throws<DistributedException>(() => Team.Join(Ranks.Environment(1, 3, store.Port), options));

        Assert.Equal($"After 2 s ranks 0, 2 of 3 had not arrived at 127.0.0.1:{store.Port}.", error.Message);
    }

    [Fact]
    public void A_store_that_is_not_there_is_named_after_the_stated_time()
    {
        var port = FreePort();
        var options = Ranks.Options with { JoinTimeout = TimeSpan.FromSeconds(1) };

        var error = Assert.Throws<DistributedException>(() => Team.Join(Ranks.Environment(1, 2, port), options));

        Assert.StartsWith($"No store of the group answered at 127.0.0.1:{port} within 1 s; does the process of rank 0 run there?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_processes_of_one_rank_are_told()
    {
        using var store = KeyStore.Serve("127.0.0.1", 0, "test");
        var options = Ranks.Options with { JoinTimeout = TimeSpan.FromMilliseconds(500) };
        Assert.Throws<DistributedException>(() => Team.Join(Ranks.Environment(1, 2, store.Port), options));

        var error = Assert.Throws<DistributedException>(() => Team.Join(Ranks.Environment(1, 2, store.Port), options));

        Assert.StartsWith("Two processes say that they are rank 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rank_zero_holds_the_store_where_no_launcher_does()
    {
        var port = FreePort();
        var sums = new long[2];
        var threads = sums.Select((_, rank) => new Thread(() =>
        {
            using var team = Team.Join(Ranks.Environment(rank, 2, port) with { LauncherHoldsStore = false }, Ranks.Options);
            using var value = TorchSharp.torch.tensor(new[] { rank + 1L });
            team.Group.AllReduce(value);
            sums[rank] = value.item<long>();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal([3, 3], sums);
    }

    [Fact]
    public void Whoever_fails_is_named_to_those_who_wait()
    {
        using var store = KeyStore.Serve("127.0.0.1", 0, "test");
        var errors = new Exception?[2];
        var threads = errors.Select((_, rank) => new Thread(() =>
        {
            using var team = Team.Join(Ranks.Environment(rank, 2, store.Port), Ranks.Options with { Grace = TimeSpan.FromMinutes(1) });
            errors[rank] = Record.Exception(() => team.OnFirst(() => throw new InvalidDataException("The disk is full.")));
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.IsType<InvalidDataException>(errors[0]);
        var told = Assert.IsType<PeerLostException>(errors[1]);
        Assert.Contains("Rank 0", told.Message, StringComparison.Ordinal);
        Assert.EndsWith("failed: The disk is full.", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_that_differ_in_what_must_be_the_same_are_told()
    {
        var failure = Assert.Throws<AggregateException>(() => Ranks.Run(2, team =>
        {
            team.Agree("the number of faces", $"{100 + team.Rank}");
            return 0;
        }));

        Assert.Equal("The processes differ in the number of faces: rank 0 has 100, rank 1 has 101.", Assert.Single(failure.InnerExceptions).Message);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
