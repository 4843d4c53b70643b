using System.Globalization;
using System.Text.Json;
using FaceMix.ModelStore;
using Spectre.Console;

namespace FaceMix.Trainer.Sweeps;

/// <summary>What came of one combination.</summary>
/// <param name="Combination">What was trained.</param>
/// <param name="Model">The published version; null where the run failed.</param>
/// <param name="Metrics">Of the version.</param>
/// <param name="Failure">Why there is no version; null where there is one.</param>
public sealed record SweepResult(SweepCombination Combination, ModelVersionId? Model, IReadOnlyDictionary<string, double> Metrics, string? Failure);

/// <summary>A sweep's results as a table for a person and as one line of JSON for a program.</summary>
public static class SweepTable
{
    private static readonly (string Metric, string Title, string Format)[] s_columns =
    [
        ("psnr_db", "PSNR, dB", "0.00"), ("ssim", "SSIM", "0.000"), ("kl_nats", "KL, nats", "0.0"), ("active_units", "active", "0"), ("steps", "steps", "0"), ("minutes", "minutes", "0.0"),
    ];

    /// <summary>Writes the table.</summary>
    public static void Show(TextWriter output, IReadOnlyList<SweepResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        // A log has no width of its own.
        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        var table = new Table().AddColumn("run");
        foreach (var (_, title, _) in s_columns)
            table.AddColumn(new TableColumn(title).RightAligned());
        table.AddColumn("model");
        foreach (var result in results)
        {
            table.AddRow([
                Markup.Escape(result.Combination.Label),
                .. s_columns.Select(column => result.Metrics.TryGetValue(column.Metric, out var value) ? value.ToString(column.Format, CultureInfo.InvariantCulture) : "–"),
                Markup.Escape(result.Model?.ToString() ?? $"none: {result.Failure}")]);
        }
        console.Write(table);
    }

    public static string Json(string sweep, string? page, IReadOnlyList<SweepResult> results) => JsonSerializer.Serialize(new
    {
        sweep,
        page,
        runs = results.Select(result => new { result.Combination.Label, result.Combination.Changes, model = result.Model?.ToString(), result.Failure, result.Metrics }),
    }, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
}
