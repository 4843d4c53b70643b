using System.Globalization;
using System.Text;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Reports;

/// <summary>What a card tells of a run.</summary>
public sealed record CardFacts
{
    public required string Version { get; init; }

    public required Preset Preset { get; init; }

    public required long Parameters { get; init; }

    public required string DatasetName { get; init; }

    public required string DatasetDigest { get; init; }

    public required IReadOnlyList<string> DatasetNotes { get; init; }

    /// <summary>True for faces that were drawn: nobody's picture.</summary>
    public required bool Drawn { get; init; }

    /// <summary>Licence and credit of the pictures, where the run was told.</summary>
    public string? Credit { get; init; }

    /// <summary>The network that pictures were compared through in training; null: none.</summary>
    public string? Perceptual { get; init; }

    /// <summary>Which of the run's weights these are; null: the last.</summary>
    public BestMoment? Best { get; init; }

    public required RunState State { get; init; }

    public required RunRequest Request { get; init; }

    /// <summary>Seeds of the new faces on <c>samples.png</c>.</summary>
    public required (ulong First, ulong Last) SampleSeeds { get; init; }

    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public required string Machine { get; init; }
}

/// <summary>Writes <c>card.md</c>: data, licence and credit, use and limits, metrics, command, time.</summary>
public static class Card
{
    public static string Write(CardFacts facts)
    {
        var text = new StringBuilder();
        text.Append($"# {facts.Version}\n\n");
        text.Append($"{facts.Preset.Description}\n{facts.Parameters:N0} parameters; latents of {facts.Preset.Model.Latent} numbers; "
            + $"pictures of {facts.Preset.Model.ImageSize} × {facts.Preset.Model.ImageSize} pixels.\n\n");
        text.Append("## Data\n\n");
        text.Append($"`{facts.DatasetName}`, SHA-256 `{facts.DatasetDigest}`.\n");
        foreach (var note in facts.DatasetNotes)
            text.Append($"{note}\n");
        text.Append($"\n## Licence and credit\n\n{Licence(facts)}\n\n");
        text.Append($"## Use and limits\n\n{Use(facts)}\n\n");
        text.Append("## Metrics\n\nMeasured with the ONNX files of this folder on faces that no step saw.\n\n| metric | value |\n|---|---:|\n");
        foreach (var (name, value) in facts.Metrics)
            text.Append($"| {name} | {value.ToString("0.####", CultureInfo.InvariantCulture)} |\n");
        text.Append("\n`psnr_db` and `mean_picture_psnr_db`: peak signal-to-noise ratio of the reconstructions, and of answering every face with the training faces' mean picture. "
            + "`mse`: pixels in 0..1, mean over pixels. `ssim`, `ms_ssim`: Gaussian window of 11 pixels, sigma 1.5, K 0.01 and 0.03, `ms_ssim_scales` scales. "
            + "`kl_nats`: summed over the latent. `active_units`: latent numbers whose mean varies by more than 0.01.\n\n");
        text.Append($"The new faces on `samples.png` are those of the seeds {facts.SampleSeeds.First} to {facts.SampleSeeds.Last}; the decoder generates the same faces for them.\n\n");
        text.Append($"## How it was made\n\n    {facts.Request.Command}\n\n");
        text.Append($"{facts.State.Elapsed.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture)} minutes of training, {facts.State.Step:N0} steps, {facts.State.Pictures:N0} pictures, "
            + $"{facts.State.Skipped} steps skipped; {facts.Machine}.\n\n");
        if (facts.Best is { } best)
            text.Append($"These are the averaged weights of step {best.Step:N0}, the best by {BestMetrics.NameOf(best.Metric)} among those measured on held-out faces on the way; the metrics above are of the same faces.\n\n");
        if (facts.Perceptual is { } network)
            text.Append($"Pictures were also compared through {network}.\n\n");
        text.Append($"The preset with all its values:\n\n```yaml\n{PresetReader.Write(facts.Preset).TrimEnd()}\n```\n");
        return text.ToString();
    }

    private static string Licence(CardFacts facts) => facts.Drawn
        ? "The faces are drawn by FaceMix's own renderer; no picture of a person was used. The model is under FaceMix's licence (MIT)."
        : facts.Credit is { Length: > 0 } credit
            ? credit
            : "The run was not told the pictures' licence (`--credit`). Find it out before the model goes to anybody else.";

    private static string Use(CardFacts facts) => facts.Drawn
        ? "For trying FaceMix out: new faces, mixes, faces with chosen features. It knows drawn faces only and can make nothing of a photograph; "
          + "thin features (earrings, a glasses frame) may come out blurred."
        : "Trained on photographs of people. **The latent of a photographed face is personal data**: it gives the face back. Keep latents as you keep the pictures, "
          + "delete them on request, and never say that a generated face is a real person. The model repeats its data's imbalances; it is not fit to judge, identify or rank people.";
}
