using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FaceMix.Tests.Trainer.Training.Parallel;
using Xunit;

namespace FaceMix.Tests.Trainer.Commands;

public sealed class ProcessesTests : IDisposable
{
    private const string Mark = "FACEMIX_TEST_RUN";
    private static readonly TimeSpan s_stopsWithin = TimeSpan.FromSeconds(60);

    private static readonly string[] s_tiny = ["train", "--preset", "facemix-32-tiny", "--max-time", "0s", "--count", "2000", "--encode", "0"];
    private static readonly string[] s_endless = [.. s_tiny, "--set", "training.max_steps=1000000", "--set", "training.checkpoint_seconds=1"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsOpenMpi]
    public void Two_processes_publish_one_version_and_only_rank_0_speaks()
    {
        var (code, output, error) = TrainerProgram.Run([.. s_tiny, "--set", "training.max_steps=10", "--models", _folder.Path, "--nproc-per-node", "2", "--json"]);

        Assert.True(code == 0, error);
        Assert.Equal(10, JsonDocument.Parse(output).RootElement.GetProperty("steps").GetInt32());
        Assert.Contains("from the start, 2 processes", error, StringComparison.Ordinal);
        Assert.DoesNotContain("[rank", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'), line => line.StartsWith("saved at step 10", StringComparison.Ordinal));
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(_folder.Path, "facemix-32-tiny")).Length); // the version and runs
        Assert.Single(Directory.GetDirectories(Path.Combine(_folder.Path, "facemix-32-tiny", "runs")));
    }

    [NeedsOpenMpi]
    public void A_killed_rank_is_named_and_another_number_of_processes_goes_on_from_the_last_checkpoint()
    {
        using (var training = Start([.. s_endless, "--models", _folder.Path, "--nproc-per-node", "3"]))
        {
            training.WaitFor("saved at step", times: 2);
            var begun = Stopwatch.GetTimestamp();
            TrainerProgram.Signal("KILL", ProcessOf(rank: 1));

            var (code, _, error) = training.Wait();

            Assert.True(Stopwatch.GetElapsedTime(begun) < s_stopsWithin);
            Assert.Equal(1, code);
            Assert.Contains($"Rank 1 on {Environment.MachineName} was killed by signal 9 (SIGKILL); the other processes were ended with it.", error, StringComparison.Ordinal);
            Assert.Matches(@"Step \d+ is saved; go on from it, with any number of processes: train --preset facemix-32-tiny --resume \d{8}-\d{6}", error);
            Assert.DoesNotContain("mpirun", error, StringComparison.Ordinal);
        }

        using var resumed = Start([.. s_endless, "--models", _folder.Path, "--continue", "--nproc-per-node", "2"]);
        resumed.WaitFor("saved at step");
        resumed.Signal("TERM");
        var (resumedCode, _, said) = resumed.Wait();
        Assert.True(resumedCode == 143, $"{resumedCode}: {said}");
        var from = Number(said, "from step ");
        Assert.True(from > 0 && Number(said, "Stopped at step ") > from, said);
        Assert.DoesNotContain("[rank", said, StringComparison.Ordinal);
    }

    [NeedsOpenMpi]
    public void Processes_end_with_their_launcher_even_where_it_is_killed()
    {
        using var training = Start([.. s_endless, "--models", _folder.Path, "--nproc-per-node", "2"]);
        training.WaitFor("saved at step");
        training.Signal("KILL");
        training.Wait();

        var begun = Stopwatch.GetTimestamp();
        while (Marked().Any())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < s_stopsWithin, "A process goes on without its launcher.");
            Thread.Sleep(200);
        }
    }

    [NeedsOpenMpi]
    public void What_every_process_would_refuse_is_said_once_and_begins_no_run()
    {
        var (code, _, error) = TrainerProgram.Run([.. s_tiny, "--set", "training.max_steps=10", "--set", "training.batch=2", "--models", _folder.Path, "--nproc-per-node", "3"]);

        Assert.Equal((2, "training.batch is 2, and 3 processes share it; each needs a picture."), (code, error));
        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public void Where_Open_MPI_is_missing_its_package_is_named()
    {
        // A place for programs in which there is only dotnet.
        var programs = Directory.CreateDirectory(_folder.File("bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "dotnet"), Environment.ProcessPath!);
        using var program = TrainerProgram.Start(new Dictionary<string, string> { ["PATH"] = programs }, [.. s_tiny, "--models", _folder.Path, "--nproc-per-node", "2"]);

        var (code, _, error) = program.Wait();

        Assert.Equal((2, "Training in several processes needs Open MPI's mpirun, which is not here; install the package openmpi-bin."), (code, error));
    }

    [Theory]
    [InlineData("--nproc-per-node is 257; it must be 0 to 256.", "--nproc-per-node", "257")]
    [InlineData("--host needs --nproc-per-node: how many processes each machine is to have.", "--host", "a,b")]
    public void Wrong_numbers_of_processes_are_refused(string message, params string[] arguments)
    {
        var (code, _, error) = TrainerProgram.Run([.. s_tiny, "--models", _folder.Path, .. arguments]);

        Assert.Equal((2, message), (code, error));
    }

    [NeedsTwoHosts]
    public void Two_machines_train_together_and_the_one_whose_process_is_killed_is_named()
    {
        using var hosts = new TwoHosts();
        using var training = TrainerProgram.Start(
            hosts.OnFirst,
            new Dictionary<string, string> { [Mark] = _folder.Path, ["OMPI_MCA_plm_rsh_agent"] = hosts.Agent },
            [.. s_endless, "--models", _folder.Path, "--nproc-per-node", "1", "--host", string.Join(',', TwoHosts.Names)]);
        training.WaitFor("saved at step", times: 2);
        TrainerProgram.Signal("KILL", ProcessOf(rank: 1));

        var (code, _, error) = training.Wait();

        Assert.Equal(1, code);
        Assert.Contains("from the start, 2 processes", error, StringComparison.Ordinal);
        Assert.Contains($"Rank 1 on {TwoHosts.Names[1]} was killed by signal 9 (SIGKILL)", error, StringComparison.Ordinal);
    }

    private TrainerProgram Start(params string[] arguments) => TrainerProgram.Start(new Dictionary<string, string> { [Mark] = _folder.Path }, arguments);

    private int ProcessOf(int rank) => Marked().First(process => process.Environment.Contains($"OMPI_COMM_WORLD_RANK={rank}")).Id;

    // The mark is inherited, over mpirun's daemons, too; of the processes that bear it only the trainers count.
    private IEnumerable<(int Id, string[] Environment)> Marked()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            string[] variables;
            try
            {
                variables = File.ReadAllText($"{folder}/environ").Split('\0');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // It has just ended, or is another user's.
            }
            if (variables.Contains($"{Mark}={_folder.Path}") && variables.Any(variable => variable.StartsWith("OMPI_COMM_WORLD_RANK=", StringComparison.Ordinal)))
                yield return (id, variables);
        }
    }

    private static long Number(string text, string after)
    {
        var begin = text.IndexOf(after, StringComparison.Ordinal) + after.Length;
        return long.Parse(string.Concat(text[begin..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }
}
