using System.Globalization;
using System.Text.Json;
using FaceMix.Benchmarks.Training;

namespace FaceMix.Benchmarks.Models;

/// <param name="Preset">What was trained.</param>
/// <param name="Seed">Of first weights, order and noise.</param>
/// <param name="Training">What <c>train --json</c> said.</param>
/// <param name="Evaluation">What <c>evaluate --json</c> said.</param>
internal sealed record Trial(string Preset, ulong Seed, JsonElement Training, JsonElement Evaluation);

/// <summary>Runs of presets on one data set, each kept in a folder of its own.</summary>
/// <param name="folder">Of the data set's runs; the judge and the packed pictures lie there once for all.</param>
/// <param name="source">Options that name the data.</param>
/// <param name="credit">Of the data, for the cards.</param>
/// <param name="time">Processor time of a run.</param>
internal sealed class Trials(string folder, IReadOnlyList<string> source, string? credit, TimeSpan time)
{
    private const string Result = "result.json";
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public IReadOnlyList<Trial> Results() =>
    [
        .. Directory.EnumerateFiles(folder, Result, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize<Trial>(File.ReadAllText(file))!),
    ];

    /// <summary>Trains, publishes into the run's own folder and measures, unless that has been done.</summary>
    public async Task RunAsync(Contender contender, ulong seed)
    {
        var run = Path.Combine(folder, $"{contender.Preset}-{seed}");
        if (File.Exists(Path.Combine(run, Result)))
            return;
        Directory.CreateDirectory(Path.Combine(folder, "cache"));
        Directory.CreateDirectory(run);
        if (!Directory.Exists(Path.Combine(run, "cache")))
            Directory.CreateSymbolicLink(Path.Combine(run, "cache"), Path.Combine("..", "cache"));
        var steps = await StepsAsync(contender);
        Console.WriteLine($"{contender.Preset}, seed {seed}: {steps} steps");
        var models = Path.Combine(run, "models");
        var training = await TrainerAsync(
            ["train", .. contender.Arguments, .. source, "--seed", $"{seed}", "--models", models, "--continue", "--max-time", "0s", "--set", $"training.max_steps={steps}",
            "--encode", "0", "--json", .. credit is null ? Array.Empty<string>() : ["--credit", credit]]);
        var evaluation = await TrainerAsync(["evaluate", "--model", training.GetProperty("model").GetString()!, .. source, "--models", models, "--json"]);
        var part = Path.Combine(run, Result + ".part");
        await File.WriteAllTextAsync(part, JsonSerializer.Serialize(new Trial(contender.Preset, seed, training, evaluation), s_json));
        File.Move(part, Path.Combine(run, Result));
    }

    // The time of a run's start and end cancels out between a short and a longer one.
    private async Task<long> StepsAsync(Contender contender)
    {
        var file = Path.Combine(folder, $"{contender.Preset}.seconds-per-step");
        if (!File.Exists(file))
        {
            var few = await SecondsAsync(contender, 3);
            var more = 5;
            double seconds;
            // Long enough that what is measured is the steps.
            while ((seconds = await SecondsAsync(contender, 3 + more) - few) < 15)
                more *= seconds < 5 ? 4 : 2;
            await File.WriteAllTextAsync(file, (seconds / more).ToString("R", CultureInfo.InvariantCulture));
        }
        return (long)(time.TotalSeconds / double.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture));
    }

    private async Task<double> SecondsAsync(Contender contender, int steps)
    {
        var scratch = Path.Combine(folder, $"{contender.Preset}-timing");
        Directory.CreateDirectory(scratch);
        try
        {
            var said = await TrainerAsync(
                ["train", .. contender.Arguments, "--models", Path.Combine(scratch, "models"), "--max-time", "0s", "--set", $"training.max_steps={steps}",
                "--set", "training.held_out=64", "--encode", "0", "--json"]);
            return said.GetProperty("processor_seconds").GetDouble();
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static string Trainer => typeof(Trainer.UsageException).Assembly.Location;

    private static async Task<JsonElement> TrainerAsync(string[] arguments)
    {
        var output = await Programs.OutputAsync("dotnet", [Trainer, .. arguments]);
        return JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;
    }
}
