using System.Text.Json;
using FaceMix.ModelStore;
using FaceMix.Trainer.Reports.Page;
using Xunit;

namespace FaceMix.Tests.Trainer.Commands;

public sealed class SweepCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sweep_that_was_cut_off_goes_on_trains_nothing_again_and_ends_in_one_page()
    {
        // The second run is long enough to be cut off.
        string[] line = [.. Sweep("training.max_steps=15,400", "training.checkpoint_seconds=1"), "--json"];
        string version;
        using (var first = TrainerProgram.Start(line))
        {
            first.WaitFor("max_steps=15 is facemix-32-tiny-max_steps-15@");
            version = Assert.Single(Versions("facemix-32-tiny-max_steps-15"));
            first.WaitFor("max_steps=400 begins");
            WaitForCheckpoint("facemix-32-tiny-max_steps-400");
            var (again, _, refusal) = TrainerProgram.Run(line);
            Assert.Equal(2, again);
            Assert.Contains("the sweep runs already", refusal, StringComparison.Ordinal);

            first.Signal("TERM");
            var (code, _, said) = first.Wait();
            Assert.True(code == 143, said);
            Assert.Contains("The same command line goes on.", said, StringComparison.Ordinal);
        }

        var (finished, output, error) = TrainerProgram.Run(line);

        Assert.True(finished == 0, error);
        Assert.Contains("1 of 2 runs are done already.", error, StringComparison.Ordinal);
        Assert.Matches(@"max_steps=400 goes on from step [1-9]\d* as run", error);
        Assert.Equal(version, Assert.Single(Versions("facemix-32-tiny-max_steps-15")));
        var result = JsonDocument.Parse(output).RootElement;
        Assert.Equal([15, 400], result.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("metrics").GetProperty("steps").GetInt32()));
        var page = File.ReadAllText(result.GetProperty("page").GetString()!);
        Assert.Contains("max_steps=15", page, StringComparison.Ordinal);
        Assert.Contains("max_steps=400", page, StringComparison.Ordinal);
        var report = ReportPage.Read(Path.Combine(_folder.File("models"), "facemix-32-tiny-max_steps-15", version, ModelFiles.Report))!;
        Assert.Equal("./facemix train --preset facemix-32-tiny --set training.max_steps=15 --set training.checkpoint_seconds=1 --data drawn --seed 1 --count 2000 --max-time 0s", report.Command);
    }

    [Fact]
    public void A_run_that_fails_does_not_keep_the_others_from_running_and_is_named_in_the_table()
    {
        // With such a limit every step is left out, which ends a run.
        var (code, output, error) = TrainerProgram.Run([.. Sweep("training.skip_norm=1e-9,0", "training.max_steps=101"), "--jobs", "2"]);

        Assert.Equal(1, code);
        Assert.Contains("skip_norm=1e-9 failed with exit code 1: ", error, StringComparison.Ordinal);
        Assert.Matches(@"skip_norm=0 .* facemix-32-tiny-skip_norm-0@", output);
        Assert.Matches(@"skip_norm=1e-9 .* none: exit code 1", output);
    }

    [Theory]
    [InlineData("--jobs is 65; it must be 1 to 64.", "--set", "loss.kl=1,2", "--jobs", "65")]
    [InlineData("--max-time 0s needs --set training.max_steps=N or training.epochs=N; otherwise nothing would end the run.", "--set", "loss.kl=1,2", "--max-time", "0s")]
    [InlineData("--data /nowhere: there is no such folder", "--set", "loss.kl=1,2", "--data", "/nowhere")]
    [InlineData("--set' is required", "--jobs", "2")]
    public void Wrong_usage_is_said_before_a_run_begins(string message, params string[] arguments)
    {
        var (code, _, error) = TrainerProgram.Run(["sweep", "--preset", "facemix-32-tiny", "--models", _folder.File("models"), .. arguments]);

        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("models")));
    }

    private string[] Sweep(params string[] axes) =>
        ["sweep", "--preset", "facemix-32-tiny", .. axes.SelectMany(axis => new[] { "--set", axis }), "--max-time", "0s", "--count", "2000", "--models", _folder.File("models")];

    private IEnumerable<string> Versions(string model) =>
        new ModelCatalog(_folder.File("models")).List(model).Select(id => id.Version);

    private void WaitForCheckpoint(string model)
    {
        var runs = Path.Combine(_folder.File("models"), model, "runs");
        Assert.True(
            SpinWait.SpinUntil(() => Directory.Exists(runs) && Directory.EnumerateFiles(runs, "checkpoint.safetensors", SearchOption.AllDirectories).Any(), TimeSpan.FromMinutes(2)),
            $"There is no checkpoint in {runs}.");
    }
}
