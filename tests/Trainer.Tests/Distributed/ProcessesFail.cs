using System.Diagnostics;
using System.Globalization;
using FaceMix.Tests.Trainer.Commands;
using Xunit;

namespace FaceMix.Tests.Trainer.Distributed;

public sealed class ProcessesFail
{
    private static readonly TimeSpan s_stopsWithin = TimeSpan.FromSeconds(60);

    private static readonly string[] s_endless = [
        "train", "--preset", "facemix-32-tiny", "--set", "training.max_steps=1000000", "--set", "training.checkpoint_seconds=1", "--max-time", "0s",
        "--count", "2000", "--encode", "0"];

    [Fact]
    public void A_killed_rank_is_named_the_others_stop_and_another_number_of_processes_goes_on()
    {
        using var folder = new TemporaryFolder();
        using (var training = TrainerProgram.Start([.. s_endless, "--models", folder.Path, "--nproc-per-node", "3"]))
        {
            training.WaitFor("saved at step", times: 2);
            var begun = Stopwatch.GetTimestamp();
            TrainerProgram.Signal("KILL", ProcessOf(training, rank: 1));

            var (code, _, error) = training.Wait();

            Assert.True(Stopwatch.GetElapsedTime(begun) < s_stopsWithin);
            Assert.Equal(1, code);
            Assert.Contains("Rank 1 (process", error, StringComparison.Ordinal);
            Assert.Contains("was killed by signal 9 (SIGKILL)", error, StringComparison.Ordinal);
            Assert.Contains("This one (rank 0) stops at step", error, StringComparison.Ordinal);
            Assert.Contains("[rank 2] Rank 1 (", error, StringComparison.Ordinal);
            Assert.Contains("train --preset facemix-32-tiny --resume", error, StringComparison.Ordinal);
        }

        using var resumed = TrainerProgram.Start([.. s_endless, "--models", folder.Path, "--continue", "--nproc-per-node", "2"]);
        resumed.WaitFor("from step ");
        resumed.WaitFor("saved at step");
        resumed.Signal("TERM");
        var (resumedCode, _, said) = resumed.Wait();
        Assert.True(resumedCode == 143, $"{resumedCode}: {said}");
        var from = Number(said, "from step ");
        Assert.True(from > 0 && Number(said, "Stopped at step ") > from, said);
        Assert.DoesNotContain("[rank 1]", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_is_silent_is_named_and_the_others_stop()
    {
        using var folder = new TemporaryFolder();
        using var training = TrainerProgram.Start([.. s_endless, "--models", folder.Path, "--nproc-per-node", "2"]);
        training.WaitFor("saved at step");
        var begun = Stopwatch.GetTimestamp();
        var silent = ProcessOf(training, rank: 1);
        TrainerProgram.Signal("STOP", silent);

        training.WaitFor("Rank 1 (");
        Assert.True(Stopwatch.GetElapsedTime(begun) < s_stopsWithin);
        TrainerProgram.Signal("KILL", silent);
        var (code, _, error) = training.Wait();

        Assert.Equal(1, code);
        Assert.Contains("has not answered for", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_never_arrives_is_named_after_the_stated_time()
    {
        using var folder = new TemporaryFolder();
        using var alone = TrainerProgram.Start(
            Environment(("RANK", "0"), ("WORLD_SIZE", "3"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", $"{FreePort()}")),
            [.. s_endless, "--models", folder.Path, "--join-timeout", "2s"]);

        var (code, _, error) = alone.Wait();

        Assert.Equal(1, code);
        Assert.Contains("After 2 s ranks 1, 2 of 3 had not arrived at 127.0.0.1:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RANK", "RANK=2", "WORLD_SIZE=2", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=29500")]
    [InlineData("MASTER_ADDR", "RANK=0", "WORLD_SIZE=2", "MASTER_PORT=29500")]
    [InlineData("WORLD_SIZE", "RANK=0", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=29500")]
    public void A_wrong_environment_is_wrong_usage_and_the_variable_is_named(string name, params string[] variables)
    {
        using var folder = new TemporaryFolder();
        using var program = TrainerProgram.Start(
            Environment([.. variables.Select(variable => variable.Split('=')).Select(parts => (parts[0], parts[1]))]), [.. s_endless, "--models", folder.Path]);

        var (code, _, error) = program.Wait();

        Assert.Equal(2, code);
        Assert.StartsWith($"{name} is ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_usage_in_every_process_is_wrong_usage_of_the_command()
    {
        using var folder = new TemporaryFolder();

        var (code, _, error) = TrainerProgram.Run("train", "--preset", "no-such-preset", "--models", folder.Path, "--nproc-per-node", "2");

        Assert.Equal(2, code);
        Assert.Contains("no-such-preset", error, StringComparison.Ordinal);
    }

    // The launcher's child whose environment has the rank.
    private static int ProcessOf(TrainerProgram launcher, int rank) =>
        File.ReadAllText($"/proc/{launcher.Id}/task/{launcher.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Concat(Directory.EnumerateDirectories($"/proc/{launcher.Id}/task").SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))
            .First(id => File.ReadAllText($"/proc/{id}/environ").Split('\0').Contains($"RANK={rank}"));

    private static long Number(string text, string after)
    {
        var begin = text.IndexOf(after, StringComparison.Ordinal) + after.Length;
        return long.Parse(string.Concat(text[begin..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] variables) => variables.ToDictionary(pair => pair.Name, pair => pair.Value);

    private static int FreePort() => ManyProcessesEqualOne.FreePort();
}
