using System.Globalization;
using System.Text.Json;
using FaceMix.Benchmarks.Training;

namespace FaceMix.Benchmarks.Models;

/// <param name="Preset">What was trained.</param>
/// <param name="Seed">Of first weights, order and noise.</param>
/// <param name="Training">What <c>train --json</c> said.</param>
/// <param name="Evaluation">What <c>evaluate --json</c> said.</param>
internal sealed record Trial(string Preset, ulong Seed, JsonElement Training, JsonElement Evaluation);

/// <summary>Runs of presets on one data set, each kept in a folder of its own; what was measured of them lies elsewhere and stays.</summary>
/// <param name="folder">Of the data set's runs; the judge and the packed pictures lie there once for all.</param>
/// <param name="results">A file for each run, in the repository: all that the table says comes from them.</param>
/// <param name="source">Options that name the data.</param>
/// <param name="credit">Of the data, for the cards.</param>
/// <param name="time">Processor time of a run.</param>
internal sealed class Trials(string folder, string results, IReadOnlyList<string> source, string? credit, TimeSpan time)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public IReadOnlyList<Trial> Results() =>
    [
        .. Directory.EnumerateFiles(Directory.CreateDirectory(results).FullName, "*.json").Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize<Trial>(File.ReadAllText(file))!),
    ];

    /// <summary>Trains, publishes into the run's own folder and measures, unless that has been done.</summary>
    public async Task RunAsync(Contender contender, ulong seed)
    {
        var result = Path.Combine(results, $"{contender.Preset}-{seed}.json");
        if (File.Exists(result))
            return;
        var run = Path.Combine(folder, $"{contender.Preset}-{seed}");
        Share("cache", run);
        Share("judges", run);
        var steps = await StepsAsync(contender);
        Console.WriteLine($"{contender.Preset}, seed {seed}: {steps} steps");
        var models = Path.Combine(run, "models");
        var trained = Path.Combine(run, "training.json");
        if (!File.Exists(trained))
        {
            var said = await TrainerAsync(
                ["train", .. contender.Arguments, .. source, "--seed", $"{seed}", "--models", models, "--continue", "--max-time", "0s", "--set", $"training.max_steps={steps}",
                "--encode", "0", "--json", .. credit is null ? Array.Empty<string>() : ["--credit", credit]]);
            await WriteAsync(said, trained);
        }
        var training = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(trained));
        var evaluation = await TrainerAsync(["evaluate", "--model", training.GetProperty("model").GetString()!, .. source, "--models", models, "--json"]);
        Directory.CreateDirectory(results);
        await WriteAsync(new Trial(contender.Preset, seed, training, evaluation), result);
    }

    private static async Task WriteAsync<T>(T value, string path)
    {
        await File.WriteAllTextAsync(path + ".part", JsonSerializer.Serialize(value, s_json));
        File.Move(path + ".part", path);
    }

    // What lies beside a run's models is looked for there by the Trainer, and is the same for all runs.
    private void Share(string name, string run)
    {
        Directory.CreateDirectory(Path.Combine(folder, name));
        Directory.CreateDirectory(run);
        if (!Directory.Exists(Path.Combine(run, name)))
            Directory.CreateSymbolicLink(Path.Combine(run, name), Path.Combine("..", name));
    }

    // A preset's further seeds get the steps of its first. The time of a run's start and end cancels out between a short and a longer one.
    private async Task<long> StepsAsync(Contender contender)
    {
        if (Results().FirstOrDefault(trial => trial.Preset == contender.Preset) is { } first)
            return first.Training.GetProperty("steps").GetInt64();
        var file = Path.Combine(folder, $"{contender.Preset}.seconds-per-step");
        if (!File.Exists(file))
        {
            // A judge to learn from is trained by whoever comes first.
            await SecondsAsync(contender, 1);
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
        Share("judges", scratch);
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
