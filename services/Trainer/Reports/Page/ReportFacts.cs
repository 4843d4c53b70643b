using System.Globalization;
using FaceMix.Datasets;
using FaceMix.Imaging;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Trainer.Measuring;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Reports.Page;

/// <summary>The parts of a report that need no drawing: numbers, words, curves, and the pictures that a run took on its way.</summary>
public static class ReportFacts
{
    // A chart of a page is no wider.
    private const int MostPoints = 400;
    private const int MostFrames = 24;

    private static readonly Dictionary<string, string> s_notes = new()
    {
        ["psnr_db"] = "peak signal-to-noise ratio of reconstructions, dB; higher is better",
        ["mean_picture_psnr_db"] = "the same for answering every face with the mean picture",
        ["mse"] = "mean squared error with pixels in 0..1, mean over pixels",
        ["ssim"] = "structural similarity, −1 to 1; higher is better",
        ["ms_ssim"] = "the same over several scales, 0 to 1; higher is better",
        ["ms_ssim_scales"] = "scales that still hold the window of 11 pixels; 5 as published from 176 pixels on",
        ["kl_nats"] = "summed over the latent, mean over faces",
        ["active_units"] = "latent numbers whose mean varies by more than 0.01 (Burda et al., 2015)",
        ["export_difference_255ths"] = "largest difference of any pixel between trained and exported decoder",
        ["held_out"] = "faces measured that no step saw",
        ["best_step"] = "the step whose weights these are: the best on held-out faces on the way",
        ["precision_bits"] = "of the networks' products in training, by autocast; weights and loss are float32",
    };

    /// <summary>A run that has just been published, or is about to be.</summary>
    public static ReportData Of(CardFacts facts, History history, string? runFolder) => new ReportData
    {
        Title = facts.Version,
        Description = facts.Preset.Description,
        Created = DateTimeOffset.UtcNow,
        Photographs = !facts.Drawn,
        Metrics = facts.Metrics,
        MetricNotes = s_notes,
        DataNotes = facts.DatasetNotes,
        Facts =
        [
            new("run", "Preset", facts.Preset.Name),
            new("run", "Parameters", $"{facts.Parameters:N0}"),
            new("run", "Steps", $"{facts.State.Step:N0}"),
            new("run", "Pictures seen", $"{facts.State.Pictures:N0}"),
            new("run", "Steps skipped", $"{facts.State.Skipped:N0}"),
            new("run", "Weights", facts.Best is { } best ? $"the best by {best}" : "the last, averaged"),
            new("run", "Compared through", facts.Perceptual ?? "no network"),
            new("run", "Seed", $"{facts.Request.Seed}"),
            new("data", "Name", facts.DatasetName),
            new("data", "SHA-256", facts.DatasetDigest),
            .. facts.Credit is { Length: > 0 } credit ? [new PageFact("data", "Credit", credit)] : Array.Empty<PageFact>(),
            .. HardwareFacts.Machine(TorchSharp.torch.get_num_threads()),
            .. HardwareFacts.Cost(facts.State.Elapsed, facts.State.Pictures),
        ],
        Curves = Curves(history.Rows),
        Layers = Layers(facts.Preset.Model),
        Command = facts.Request.Command,
        Preset = PresetReader.Write(facts.Preset).TrimEnd(),
    }.WithFrames(runFolder, preview: facts.Drawn);

    /// <summary>A run's own folder, published or not.</summary>
    public static ReportData Of(RunFolder run)
    {
        var (request, preset) = (run.ReadRequest(), run.ReadPreset());
        var history = History.Load(run.HistoryPath, long.MaxValue);
        var last = history.Rows.Count > 0 ? history.Rows[^1] : null;
        return new ReportData
        {
            Title = $"{preset.Name} run {run.Name}",
            Description = preset.Description,
            Created = DateTimeOffset.UtcNow,
            Photographs = request.Data != "drawn",
            Facts =
            [
                new("run", "Preset", preset.Name),
                new("run", "Steps", $"{last?.Step ?? 0:N0}"),
                new("run", "Seed", $"{request.Seed}"),
                new("data", "Name", Path.GetFileName(request.Data)),
                new("cost", "Training time", HardwareFacts.Time(TimeSpan.FromSeconds(last?.Seconds ?? 0))),
            ],
            Curves = Curves(history.Rows),
            Layers = Layers(preset.Model),
            Command = request.Command,
            Preset = PresetReader.Write(preset).TrimEnd(),
        }.WithFrames(run.FullPath, preview: true);
    }

    /// <summary>A published version whose run is gone: what its manifest, and its own report where it has one, still tell.</summary>
    public static ReportData Of(ModelManifest manifest, string folder, FaceData data, Weights weights)
    {
        var kept = ReportPage.Read(Path.Combine(folder, ModelFiles.Report));
        return (kept ?? new ReportData
        {
            Title = manifest.Id.ToString(),
            Created = manifest.Created,
            Facts =
            [
                new("run", "Preset", manifest.Preset),
                new("run", "Code revision", manifest.CodeRevision),
                new("data", "Name", manifest.Dataset.Name),
                new("data", "SHA-256", manifest.Dataset.Digest),
                .. manifest.Metrics.TryGetValue("minutes", out var minutes)
                    ? [new PageFact("cost", "Training time", HardwareFacts.Time(TimeSpan.FromMinutes(minutes)))]
                    : Array.Empty<PageFact>(),
            ],
        }) with
        {
            Metrics = manifest.Metrics,
            MetricNotes = s_notes,
            DataNotes = kept?.DataNotes is { Count: > 0 } notes ? notes : data.Notes,
            Layers = kept?.Layers is { Count: > 0 } layers ? layers : Layers(weights),
        };
    }

    /// <summary>The metrics that every report measures itself.</summary>
    public static Dictionary<string, double> Metrics(Measurement measured) => new()
    {
        ["psnr_db"] = Math.Round(measured.PsnrDb, 3),
        ["mean_picture_psnr_db"] = Math.Round(measured.MeanPicturePsnrDb, 3),
        ["mse"] = Math.Round(measured.Mse, 6),
        ["ssim"] = Math.Round(measured.Similarity.Ssim, 4),
        ["ms_ssim"] = Math.Round(measured.Similarity.MsSsim, 4),
        ["ms_ssim_scales"] = measured.Similarity.Scales,
        ["kl_nats"] = Math.Round(measured.KlNats, 2),
        ["active_units"] = measured.Latents.ActiveUnits,
        ["held_out"] = measured.HeldOut,
    };

    private static ReportData WithFrames(this ReportData report, string? runFolder, bool preview)
    {
        var taken = runFolder is null ? [] : RunPictures.Read(runFolder);
        if (taken.Count == 0)
            return report;
        var folder = Path.Combine(runFolder!, RunPictures.FolderName);
        var shown = LearningPreview.Spread(taken, MostFrames);
        var sheets = shown.Select(picture => ImageDecoder.DecodeFile(Path.Combine(folder, picture.File))).ToList();
        return report with
        {
            Frames = [.. shown.Zip(sheets, (picture, sheet) => new PageFrame(Caption(picture), Picture(sheet, 1 + RunPictures.SampleRows)))],
            FrameOriginals = Picture(ImageDecoder.DecodeFile(Path.Combine(folder, RunPictures.OriginalsName)), rows: 1),
            FrameNote = "First row: held-out faces. Second row: the same, given back. Below: samples from the same noise, through the density fitted to the latents of that moment.",
            Preview = preview && LearningPreview.Of(sheets, sheets[0].Height / (1 + RunPictures.SampleRows)) is { } animation
                ? new PagePicture($"data:image/webp;base64,{Convert.ToBase64String(animation.File)}", animation.Width, animation.Height, RunPictures.Columns)
                : null,
        };
    }

    private static PagePicture Picture(RgbImage image, int rows)
    {
        var face = image.Height / rows;
        return new PagePictures(face).Whole(image, image.Width / face);
    }

    private static string Caption(RunPicture picture) =>
        string.Create(CultureInfo.InvariantCulture, $"step {picture.Step:N0} · epoch {picture.Epoch} · {HardwareFacts.Time(TimeSpan.FromMinutes(picture.Minutes))}");

    private static PageCurves? Curves(IReadOnlyList<HistoryRow> rows)
    {
        if (rows.Count < 2)
            return null;
        var names = rows.SelectMany(row => row.Values.Keys).Distinct().ToList();
        var groups = rows.Chunk((rows.Count + MostPoints - 1) / MostPoints).ToList();
        double? Mean(HistoryRow[] group, string name)
        {
            var values = group.Where(row => row.Values.ContainsKey(name)).Select(row => row.Values[name]).Where(double.IsFinite).ToList();
            return values.Count == 0 ? null : double.Parse(values.Average().ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        }
        return new PageCurves(
            [.. groups.Select(group => group[^1].Step)],
            [.. groups.Select(group => Math.Round(group[^1].Seconds / 60, 3))],
            names.ToDictionary(name => name, name => (IReadOnlyList<double?>)[.. groups.Select(group => Mean(group, name))]));
    }

    private static PageLayer[] Layers(ModelOptions options)
    {
        var description = NetworkDescription.Of(options);
        PageLayer[] Part(string part, IReadOnlyList<LayerRow> rows) => [.. rows.Select(row => new PageLayer(part, row.Name, row.Kind, $"{row.Output}", row.Parameters))];
        return [.. Part("encoder", description.Encoder), .. Part("decoder", description.Decoder)];
    }

    private static PageLayer[] Layers(Weights weights) => [.. weights.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair =>
        new PageLayer(pair.Key.Split('.')[0], pair.Key, string.Empty, string.Join(" × ", pair.Value.Shape), pair.Value.Values.LongLength))];
}
