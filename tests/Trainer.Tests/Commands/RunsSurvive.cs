using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FaceMix.ModelStore;
using FaceMix.Tests.Trainer.Reports;
using FaceMix.Trainer.Training;
using Xunit;

namespace FaceMix.Tests.Trainer.Commands;

/// <summary>Kills, full disks, and a thousand epochs.</summary>
public sealed partial class RunsSurvive
{
    private const int Kills = 10;
    private const int StepsPerEpoch = 10;

    // 160 faces in batches of 16.
    private static readonly string[] s_tiny = ["train", "--preset", "facemix-32-tiny", "--count", "160", "--encode", "0", "--max-time", "0s"];

    [Fact]
    public void A_run_that_is_killed_at_any_moment_loses_an_epoch_at_most_and_leaves_nothing_half_done()
    {
        using var folder = new TemporaryFolder();
        var models = folder.File("models");
        string[] command = [.. s_tiny, "--models", models, "--continue", "--set", "training.max_steps=100", "--set", "training.checkpoint_epochs=1",
            "--set", "training.keep_checkpoints=2", "--set", "training.best_metric=psnr_db"];
        var whole = Stopwatch.StartNew();
        var first = TrainerProgram.Run(command);
        Assert.True(first.ExitCode == 0, first.Error);
        var milliseconds = (int)whole.ElapsedMilliseconds;
        var random = new Random(20260);

        var kills = 0;
        for (var attempt = 0; kills < Kills; attempt++)
        {
            Assert.True(attempt < 3 * Kills, $"only {kills} of {attempt} programs were still there to be killed");
            using var program = TrainerProgram.Start(command);
            Thread.Sleep(random.Next(milliseconds / 5, milliseconds * 8 / 10));
            program.Signal("KILL");
            var ended = program.Wait();

            Assert.True(ended.ExitCode is 137 or 0, ended.Error);
            kills += ended.ExitCode == 137 ? 1 : 0;
            NothingIsHalfDone(models);
            // What was said to be saved is.
            if (RunName().Match(ended.Error) is { Success: true } name && SavedSteps(ended.Error).LastOrDefault() is > 0 and var said)
                Assert.True(new RunFolder(Path.Combine(models, "facemix-32-tiny", "runs", name.Groups[1].Value)).Checkpoints.LastStep >= said, ended.Error);
        }

        var last = TrainerProgram.Run(command);
        Assert.True(last.ExitCode == 0, last.Error);
        Assert.Contains("Published", last.Error, StringComparison.Ordinal);
        NothingIsHalfDone(models);
        // Killed or not, the same seed comes to the same weights, bit by bit.
        var catalog = new ModelCatalog(models);
        Assert.Single(catalog.List().Select(id => catalog.ReadManifest(id).Files[ModelFiles.Weights]).Distinct());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(models, "facemix-32-tiny"), ".tmp-*"));
    }

    [Fact]
    public void A_thousand_epochs_take_no_more_memory_than_two_hundred()
    {
        using var folder = new TemporaryFolder();
        // A small first generation, so that what is looked at is what is kept and not what has not been collected yet.
        using var program = TrainerProgram.Start([new("DOTNET_GCgen0size", "0x1000000")], [
            "train", "--preset", "facemix-32-tiny", "--count", "16", "--encode", "0", "--max-time", "0s", "--models", folder.Path,
            "--set", "training.batch=8", "--set", "model.encoder=[4,4,4]", "--set", "model.decoder=[4,4,4]",
            "--set", "training.epochs=1000", "--set", "training.checkpoint_epochs=100", "--set", "training.checkpoint_seconds=80000", "--set", "training.best_metric=psnr_db"]);

        program.WaitFor("saved at step", times: 2);
        var early = Resident(program.Id);
        program.WaitFor("saved at step", times: 10);
        var late = Resident(program.Id);

        Assert.True(late < early * 1.1, $"{early / 1e6:0.0} MB after 200 epochs, {late / 1e6:0.0} MB after 1 000");
        var ended = program.Wait();
        Assert.True(ended.ExitCode == 0, ended.Error);
    }

    [Fact]
    public void A_full_and_a_read_only_disk_are_told_in_a_sentence_and_what_was_saved_stays()
    {
        using var folder = new TemporaryFolder();
        var script = folder.File("disk.sh");
        var disk = Directory.CreateDirectory(folder.File("disk")).FullName;
        File.WriteAllText(script, Script);
        var trainer = Path.Combine(AppContext.BaseDirectory, "FaceMix.Trainer.dll");
        // A disk of its own needs a name space of mounts; where there is none, files that may not grow stand for it.
        var mounts = Shell("unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", disk).ExitCode == 0;

        var (exitCode, output) = mounts ? Shell("unshare", "-rm", "bash", script, trainer, disk, "mounts") : Shell("bash", script, trainer, disk, "limits");

        Assert.True(exitCode == 0, output);
        var parts = output.Split("=== ").Skip(1).ToDictionary(part => part[..part.IndexOf('\n', StringComparison.Ordinal)], part => part.TrimEnd().Split('\n')[1..]);
        Assert.Equal("exit 0", parts["begun"][^1]);
        var full = parts["full"];
        Assert.Equal("exit 1", full[^1]);
        Assert.Matches(@"^The checkpoint of step 50 cannot be written to \S+checkpoint\.safetensors: .+ \([0-9,]+ bytes are needed and [0-9,]+ are free\); step 40 is saved, go on from it with: train \S+ \S+ --resume \S+$", full[^2]);
        Assert.DoesNotContain(full, line => line.StartsWith("   at ", StringComparison.Ordinal));
        Assert.Equal(["checkpoint.safetensors"], parts["left"]);
        Assert.Equal("exit 0", parts["room again"][^1]);
        Assert.Contains(parts["room again"], line => line.Contains("from step 40", StringComparison.Ordinal));
        if (mounts)
        {
            Assert.Equal("exit 1", parts["no room to publish"][^1]);
            Assert.Matches(@"^facemix-32-tiny@\S+'s report.html cannot be written to \S+: the disk is full \([0-9,]+ bytes are needed and [0-9,]+ are free\); step 100 is saved, go on", parts["no room to publish"][^2]);
            Assert.Single(parts["versions"]);
            Assert.Equal("exit 1", parts["read-only"][^1]);
            Assert.Matches(@"^A run's folder cannot be written to \S+: the disk is read-only$", parts["read-only"][^2]);
        }
    }

    // Arguments: the trainer, the disk, and whether it can be a disk of its own.
    private const string Script = """
        trainer=$1 disk=$2 mode=$3 runs=$2/models/facemix-32-tiny/runs
        export OMP_NUM_THREADS=1 DOTNET_EnableWriteXorExecute=0
        tiny="train --preset facemix-32-tiny --models $disk/models --encode 0 --max-time 0s"
        train() { echo "=== $1"; shift; ("$@" 2>&1; echo "exit $?"); }
        if [ $mode = mounts ]; then mount -t tmpfs -o size=6m none "$disk" || exit 9; fi
        fill() { dd if=/dev/zero of="$disk/filler" bs=1k count=$(($(df --output=avail -k "$disk" | tail -1) - $1)) status=none; }
        train begun dotnet "$trainer" $tiny --count 160 --set training.max_steps=40 --set training.checkpoint_epochs=1
        rm -r "$disk"/models/facemix-32-tiny/2*
        sed -i 's/max_steps: 40/max_steps: 100/' "$runs"/*/preset.yaml
        if [ $mode = mounts ]; then fill 470; train full dotnet "$trainer" $tiny --resume; rm "$disk/filler"
        else train full bash -c 'trap "" XFSZ; ulimit -f 300; exec "$@"' - dotnet "$trainer" $tiny --resume; fi
        echo "=== left"; ls "$runs"/* | grep checkpoint
        train "room again" dotnet "$trainer" $tiny --resume
        [ $mode = mounts ] || exit 0
        fill 700; train "no room to publish" dotnet "$trainer" $tiny --resume; rm "$disk/filler"
        echo "=== versions"; ls -A "$disk/models/facemix-32-tiny" | grep -v -e runs -e '^.lock$'
        mount -o remount,ro "$disk" && train read-only dotnet "$trainer" $tiny --set training.max_steps=9
        exit 0
        """;

    private static void NothingIsHalfDone(string models)
    {
        var catalog = new ModelCatalog(models);
        foreach (var id in catalog.List())
            catalog.Verify(id);
        var seen = Directory.GetDirectories(Path.Combine(models, "facemix-32-tiny")).Select(Path.GetFileName).Where(name => name![0] != '.' && name != "runs");
        Assert.Equal(catalog.List().Select(id => id.Version), seen.Order(StringComparer.Ordinal));
        foreach (var folder in RunFolder.All(models))
        {
            using var run = new TrainingRun(folder.ReadPreset(), folder.ReadRequest().Seed);
            folder.Checkpoints.Load(run, unreadable => Assert.Fail(unreadable));
            if (run.State.Step > 0)
                _ = History.Load(folder.HistoryPath, run.State.Step);
            // The log is written after every step, so it tells how far the run was.
            var done = EventFiles.LastStep(folder.FullPath);
            Assert.True(done - run.State.Step <= StepsPerEpoch, $"{folder.Name} had come to step {done}; step {run.State.Step} is saved");
        }
    }

    private static IEnumerable<long> SavedSteps(string error) => SavedAt().Matches(error).Select(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private static long Resident(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static (int ExitCode, string Output) Shell(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.Result);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }

    [GeneratedRegex(@"^saved at step (\d+)", RegexOptions.Multiline)]
    private static partial Regex SavedAt();

    [GeneratedRegex(@"; run (\S+),")]
    private static partial Regex RunName();
}
