using System.CommandLine;
using FaceMix.ModelStore;
using FaceMix.Trainer.Reports.Page;
using FaceMix.Trainer.Sweeps;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Commands;

/// <summary><c>sweep</c>: trains every combination of some values and compares what came of them.</summary>
internal static class SweepCommand
{
    private const int MostJobs = 64;

    private static readonly Option<string[]> s_set = new("--set")
    {
        Description = "A key of the preset and the values to try, such as loss.kl=0.1,1,4; given again, every combination is trained. A single value is the same in all of them",
        HelpName = "KEY=VALUE[,VALUE...]",
        Required = true,
    };

    private static readonly Option<string> s_preset = TrainCommand.PresetOption();
    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<string> s_maxTime = TrainCommand.MaxTimeOption("Training time of each run");
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Of every run: faces, first weights, order and noise");
    private static readonly Option<int> s_count = TrainCommand.CountOption();
    private static readonly Option<string?> s_credit = TrainCommand.CreditOption();
    private static readonly Option<int> s_jobs = new("--jobs")
    {
        Description = "Runs at a time",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> s_out = new("--out") { Description = "The page that compares them; otherwise compare.html in the sweep's folder", HelpName = "FILE" };
    private static readonly Option<int> s_threads = CommonOptions.Threads();
    private static readonly Option<string?> s_device = CommonOptions.Device("as the preset's training.device says");
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("sweep", "Trains every combination of some values, and compares what came of them in one page. The same command line again goes on where it was cut off: what is published is not trained again")
        {
            s_set, s_preset, s_data, s_labels, s_models, s_maxTime, s_seed, s_count, s_credit, s_jobs, s_out, s_threads, s_device, s_json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var (models, jobs) = (parsed.GetValue(s_models)!, parsed.GetValue(s_jobs));
        if (jobs is < 1 or > MostJobs)
            throw new UsageException($"--jobs is {jobs}; it must be 1 to {MostJobs}.");
        var plan = Plan(parsed);
        OpenDataOnce(plan, models, interruption.Token);
        using var folder = new SweepFolder(models, plan);
        Console.Error.WriteLine($"Sweep {plan.Name}: {plan.Combinations.Count} runs of {plan.PresetText}, {jobs} at a time; its state is in {folder.FullPath}");
        IReadOnlyList<string?> failures;
        var line = new ProgressLine(TimeSpan.FromSeconds(10));
        void Show(double part, string text)
        {
            if (line.IsDue())
                line.Show(part, text);
        }
        try
        {
            failures = await new SweepRunner(folder, plan, (one, run) => Train(parsed, one, run, models), line.Say, Show, TimeProvider.System).RunAsync(jobs, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            line.End();
            Console.Error.WriteLine("Stopped; everything is saved. The same command line goes on.");
            return interruption.ExitCode;
        }
        line.End();
        var catalog = new ModelCatalog(models);
        var results = plan.Combinations.Select((one, i) => folder.PublishedOf(i) is { } model
            ? new SweepResult(one, model, catalog.ReadManifest(model).Metrics, null)
            : new SweepResult(one, null, new Dictionary<string, double>(), failures[i] ?? "it ended without a version")).ToList();
        var page = Compare(results, catalog, parsed.GetValue(s_out) ?? Path.Combine(folder.FullPath, "compare.html"), plan.Name);
        if (parsed.GetValue(s_json))
            Console.WriteLine(SweepTable.Json(plan.Name, page, results));
        else
            SweepTable.Show(Console.Out, results);
        return results.All(result => result.Model is not null) ? 0 : 1;
    }

    private static SweepPlan Plan(ParseResult parsed)
    {
        var maxTime = Duration.Parse(parsed.GetValue(s_maxTime)!).TotalSeconds;
        var data = parsed.GetValue(s_data)!;
        var plan = new SweepPlan(parsed.GetValue(s_preset)!, [.. parsed.GetValue(s_set)!.Select(SweepAxis.Parse)], new RunRequest
        {
            Data = data == CommonOptions.Drawn ? data : Path.GetFullPath(data),
            Labels = parsed.GetValue(s_labels) is { } labels ? Path.GetFullPath(labels) : null,
            Seed = parsed.GetValue(s_seed),
            Count = parsed.GetValue(s_count),
            Credit = parsed.GetValue(s_credit),
            MaxTimeSeconds = maxTime > 0 ? maxTime : null,
        });
        // Before the first run begins, what would end one of the last.
        foreach (var preset in plan.Presets)
            TrainCommand.Check(preset, maxTime, parsed.GetValue(s_device));
        return plan;
    }

    // Photographs are prepared once, not by every run, and what is wrong with them is said before one begins.
    private static void OpenDataOnce(SweepPlan plan, string models, CancellationToken cancellation)
    {
        foreach (var preset in plan.Presets.DistinctBy(preset => (preset.Model.ImageSize, preset.Model.Channels, preset.Training.HeldOut)))
        {
            CommonOptions.Open(
                plan.Request.Data, plan.Request.Labels, models, preset.Model.ImageSize, preset.Model.Channels == 1, plan.Request.Seed, plan.Request.Count, preset.Training.HeldOut, cancellation).Dispose();
        }
    }

    private static string[] Train(ParseResult parsed, SweepCombination one, RunFolder run, string models) =>
    [
        .. Processes.Program(), "train", "--preset", one.Name, "--resume", run.Name, "--models", models, "--encode", "0", "--threads", $"{parsed.GetValue(s_threads)}",
        .. parsed.GetValue(s_device) is { } device ? ["--device", device] : Array.Empty<string>(),
    ];

    // A page shows so many side by side; of more, those that give faces back best.
    private static string? Compare(IReadOnlyList<SweepResult> results, ModelCatalog catalog, string path, string title)
    {
        var trained = results.Where(result => result.Model is not null).ToList();
        if (trained.Count < 2)
            return null;
        var shown = trained.OrderByDescending(result => result.Metrics.GetValueOrDefault("psnr_db")).Take(CompareCommand.Most).ToHashSet();
        var reports = trained.Where(shown.Contains).Select(result =>
            ReportPage.Read(catalog.FileOf(result.Model!.Value, ModelFiles.Report)) is { } report
                ? report with { Title = result.Combination.Label }
                : throw new UsageException($"{result.Model} has lost its {ModelFiles.Report}; remove the version to have it trained again."));
        AtomicFile.WriteText(path, ReportPage.Compare(title, [.. reports]));
        Console.Error.WriteLine($"{path} shows {shown.Count}{(shown.Count < trained.Count ? $" of {trained.Count}, those with the highest PSNR," : string.Empty)} side by side.");
        return path;
    }
}
