using System.Diagnostics;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Sweeps;

/// <summary>Trains a sweep's combinations, each in a process of its own, so many at a time.</summary>
/// <param name="folder">Which run each has.</param>
/// <param name="plan">What is trained.</param>
/// <param name="train">The command line that goes on with a run of a model.</param>
/// <param name="say">Takes what the sweep has to say; what the runs say is in their logs.</param>
/// <param name="show">Takes how far the sweep is, 0 to 1 and in words, at every line that tells of it.</param>
/// <param name="time">The clock.</param>
public sealed class SweepRunner(SweepFolder folder, SweepPlan plan, Func<SweepCombination, RunFolder, IReadOnlyList<string>> train, Action<string> say, Action<double, string> show, TimeProvider time)
{
    private readonly SweepProgress _progress = new(plan.Combinations.Count, time);
    private readonly string?[] _failures = new string?[plan.Combinations.Count];
    private readonly Lock _gate = new();

    /// <summary>Runs to the end, or until it is asked to stop; what has failed does not keep the others from running.</summary>
    /// <param name="jobs">How many at a time.</param>
    /// <param name="cancellation">Asks the runs to save and end.</param>
    /// <returns>Why each combination failed; null where it did not.</returns>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public async Task<IReadOnlyList<string?>> RunAsync(int jobs, CancellationToken cancellation)
    {
        var waiting = Enumerable.Range(0, plan.Combinations.Count).Where(one => folder.PublishedOf(one) is null).ToList();
        foreach (var done in Enumerable.Range(0, plan.Combinations.Count).Except(waiting))
            _progress.Skip(done);
        if (waiting.Count < plan.Combinations.Count)
            say($"{plan.Combinations.Count - waiting.Count} of {plan.Combinations.Count} runs are done already.");
        await Parallel.ForEachAsync(waiting, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation }, TrainAsync);
        cancellation.ThrowIfCancellationRequested();
        return _failures;
    }

    private async ValueTask TrainAsync(int combination, CancellationToken cancellation)
    {
        var one = plan.Combinations[combination];
        var run = folder.RunOf(combination);
        var command = train(one, run);
        Say($"{_progress}: {one.Label} {(run.Checkpoints.LastStep is { } step ? $"goes on from step {step}" : "begins")} as run {run.Name} of {one.Name}");
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        // At SIGTERM a run saves; one that a terminal has sent SIGINT takes no harm by it.
        using var stop = cancellation.Register(() => SendTerm(process));
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var last = string.Empty;
        await using (var log = new StreamWriter(folder.LogOf(combination), append: true))
        {
            while (await process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
            {
                last = line;
                await log.WriteLineAsync(line);
                await log.FlushAsync(CancellationToken.None);
                if (_progress.Take(combination, line))
                    Show($"{_progress}; {one.Label}: {line.TrimStart()}");
            }
        }
        await process.WaitForExitAsync(CancellationToken.None);
        if (cancellation.IsCancellationRequested)
            return;
        _progress.Done(combination);
        _failures[combination] = process.ExitCode == 0 ? null : $"exit code {process.ExitCode}: {last}";
        Say($"{_progress}: {one.Label} {(process.ExitCode == 0 ? $"is {folder.PublishedOf(combination)}" : $"failed with exit code {process.ExitCode}: {last} All of it: {folder.LogOf(combination)}")}");
    }

    private void Show(string text)
    {
        lock (_gate)
            show(_progress.Part, text);
    }

    private void Say(string line)
    {
        lock (_gate)
            say(line);
    }

    private static void SendTerm(Process process)
    {
        if (!process.HasExited)
            _ = Signals.Send(process.Id, Signals.Terminate);
    }
}
