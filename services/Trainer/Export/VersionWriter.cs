using System.Reflection;
using System.Text;
using FaceMix.Datasets;
using FaceMix.Imaging;
using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Trainer.Measuring;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Reports.Page;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Export;

/// <summary>Turns a finished run into a published model version.</summary>
/// <param name="models">The models folder.</param>
/// <param name="threads">Threads of the ONNX sessions that measure it.</param>
/// <param name="time">Names the version.</param>
public sealed class VersionWriter(string models, int threads, TimeProvider time)
{
    // A mixture gains by more faces, and a run that saw few is not to be held up by them.
    private const int FewestDensityFaces = 4000;
    private const int MostDensityFaces = 16_000;
    private const int SheetColumns = 12;
    private const int SampleRows = 3;

    /// <summary>Makes a display for a piece of work; null: none is shown.</summary>
    public Func<string, IProgress<(int Done, int Total)>>? Progress { get; init; }

    /// <summary>Exports the averaged weights, or the best of them where the run measured which those are, checks and measures the exported files, and publishes all of it at once.</summary>
    /// <param name="run">Finished.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="history">Its curves, for the report.</param>
    /// <param name="data">The faces it learnt, and those held out.</param>
    /// <param name="seed">The first of the sheet's new faces: the decoder generates the same faces for the same seeds.</param>
    /// <param name="runFolder">Holds the pictures taken on the way and the best weights; null: the report does without, and the last are published.</param>
    /// <returns>The version and what was measured.</returns>
    /// <exception cref="InvalidDataException">The exported decoder differs from the trained one.</exception>
    /// <exception cref="StorageException">The disk is full or read-only; nothing is published, and nothing is left behind.</exception>
    public (ModelVersionId Id, IReadOnlyDictionary<string, double> Metrics) Publish(TrainingRun run, RunRequest request, History history, FaceData data, ulong seed, string? runFolder = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Storage.Guard($"A version of {run.Preset.Name}", Path.Combine(Path.GetFullPath(models), run.Preset.Name), () => Write(run, request, history, data, seed, runFolder));
    }

    private (ModelVersionId Id, IReadOnlyDictionary<string, double> Metrics) Write(TrainingRun run, RunRequest request, History history, FaceData data, ulong seed, string? runFolder)
    {
        using var averaged = new FaceModel(run.Preset.Model);
        var best = runFolder is null ? null : BestWeights.Read(runFolder, run.Preset.Training.BestMetric);
        if (best is null)
            run.Average.CopyTo(averaged);
        else
            BestWeights.Load(runFolder!).CopyTo(averaged);
        averaged.eval();
        var weights = Weights.Of(averaged);

        using var publication = new ModelPublisher(models, time).Begin(run.Preset.Name);
        string PathOf(string file) => Path.Combine(publication.Folder, file);
        void Put(string file, byte[] bytes) =>
            Storage.Guard($"{publication.Version}'s {file}", publication.Folder, () => File.WriteAllBytes(PathOf(file), bytes), bytes.Length);
        void PutText(string file, string text) => Put(file, Encoding.UTF8.GetBytes(text));
        Storage.Guard(
            $"{publication.Version}'s {ModelFiles.Weights}", publication.Folder, () => weights.Save(PathOf(ModelFiles.Weights)), weights.Values.Values.Sum(weight => (long)sizeof(float) * weight.Values.Length));
        Put(ModelFiles.Decoder, ModelExport.Decoder(run.Preset.Model, weights));
        Put(ModelFiles.Encoder, ModelExport.Encoder(run.Preset.Model, weights));

        using var faces = new OnnxFaces(publication.Folder, run.Preset.Model.ImageSize, run.Preset.Model.Latent, threads);
        var worst = ExportCheck.Decoder(averaged, faces, seed);
        var density = FitDensity(faces, data.Training, run.State.Pictures, seed);
        density.Write(PathOf(ModelFiles.Density));

        var measured = Measurement.Of(faces, data, run.Preset.Training.HeldOut);
        var metrics = new SortedDictionary<string, double>(ReportFacts.Metrics(measured), StringComparer.Ordinal)
        {
            ["steps"] = run.State.Step,
            ["pictures"] = run.State.Pictures,
            ["minutes"] = Math.Round(run.State.Elapsed.TotalMinutes, 2),
            ["parameters"] = run.ParameterCount,
            ["export_difference_255ths"] = worst,
        };
        if (best is not null)
            metrics["best_step"] = best.Step;
        if (run.Preset.Training.Precision == Precision.Bf16)
            metrics["precision_bits"] = 16;
        // A point has no divergence.
        if (!averaged.Network.Variational)
            metrics.Remove("kl_nats");
        if (run.Preset.Training.InputNoise is > 0 and var spoilt)
        {
            foreach (var (name, gain) in Denoising.Gains(faces, measured.Originals, spoilt, run.Preset.Model.Channels == 1, seed))
                metrics[name] = gain;
        }
        Put(ModelFiles.Samples, Sheet(faces, measured, density, seed));

        var facts = new CardFacts
        {
            Version = publication.Version.ToString(),
            Preset = run.Preset,
            Parameters = run.ParameterCount,
            DatasetName = data.Training.Name,
            DatasetDigest = data.Training.Digest,
            DatasetNotes = data.Notes,
            Drawn = data.IsSynthetic,
            Credit = request.Credit,
            Perceptual = run.Perceptual?.Name,
            Best = best,
            State = run.State,
            Request = request,
            SampleSeeds = (seed, seed + (SampleRows * SheetColumns) - 1),
            Metrics = metrics,
            Machine = $"{Environment.ProcessorCount} processors, {TorchSharp.torch.get_num_threads()} of them used by the steps; on {run.Device} in {Precisions.NameOf(run.Preset.Training.Precision)}",
        };
        PutText(ModelFiles.Card, Card.Write(facts));
        PutText(ModelFiles.Report, ReportPage.Write(new ModelPictures(faces, density, data, measured).Draw(ReportFacts.Of(facts, history, runFolder), Progress?.Invoke("parts of the report drawn"))));
        publication.Publish(new ModelDescription
        {
            Architecture = run.Preset.Model.Architecture,
            ImageSize = run.Preset.Model.ImageSize,
            Channels = run.Preset.Model.Channels,
            LatentSize = run.Preset.Model.Latent,
            Preset = run.Preset.Name,
            Dataset = new ModelDataset(data.Training.Name, data.Training.Digest),
            Attributes = data.Training.AttributeNames,
            Metrics = metrics,
            CodeRevision = CodeRevision,
        });
        return (publication.Version, metrics);
    }

    private static string CodeRevision =>
        typeof(VersionWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private LatentDensity FitDensity(OnnxFaces faces, IFaceSource training, long pictures, ulong seed)
    {
        var wanted = (int)Math.Clamp(pictures, FewestDensityFaces, MostDensityFaces);
        var (mean, logvar) = Measurement.Encode(faces, training, Math.Min(wanted, training.Count), Progress?.Invoke("faces encoded for the sampler"));
        return DensityFit.Fit(mean, logvar, faces.Latent, seed, Progress?.Invoke("Gaussians fitted to them"));
    }

    private static byte[] Sheet(OnnxFaces faces, Measurement measured, LatentDensity density, ulong seed)
    {
        var row = SheetColumns * faces.ImageSize * faces.ImageSize * 3;
        byte[] Row(byte[] pictures, int index) =>
            [.. pictures.AsSpan(Math.Min(index * row, pictures.Length), Math.Clamp(pictures.Length - (index * row), 0, row))];
        var samples = faces.Decode(LatentSampler.DrawMany(seed, SampleRows * SheetColumns, faces.Latent, density));
        var rows = new List<(string, byte[])>
        {
            ("originals, held out", Row(measured.Originals, 0)),
            ("reconstructions", Row(measured.Reconstructions, 0)),
            ("originals, held out", Row(measured.Originals, 1)),
            ("reconstructions", Row(measured.Reconstructions, 1)),
        };
        for (var i = 0; i < SampleRows; i++)
            rows.Add((i == 0 ? $"new faces, seeds {seed} to {seed + (SampleRows * SheetColumns) - 1}" : string.Empty, Row(samples, i)));
        rows.RemoveAll(entry => entry.Item2.Length == 0);
        return ImageEncoder.Encode(SampleSheet.Draw(rows, faces.ImageSize), ImageFormat.Png);
    }
}
