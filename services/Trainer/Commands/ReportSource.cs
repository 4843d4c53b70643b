using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Measuring;
using FaceMix.Trainer.Reports.Page;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Commands;

/// <summary>Finds what a report is asked about: a page, a published version or a run.</summary>
/// <param name="models">The models folder.</param>
/// <param name="open">Opens faces as a model that has to be drawn wants them.</param>
/// <param name="threads">Threads of the sessions.</param>
internal sealed class ReportSource(string models, Func<ModelManifest, FaceData> open, int threads)
{
    private const int HeldOut = 1000;

    /// <param name="wanted">A report's path, NAME@VERSION, NAME, a run's name (with its model's before it or not), or empty for the newest model.</param>
    /// <param name="redraw">Draws a version again although it holds a report.</param>
    /// <exception cref="UsageException">There is no such thing.</exception>
    public ReportData Get(string wanted, bool redraw)
    {
        if (wanted.EndsWith(".html", StringComparison.OrdinalIgnoreCase))
            return ReportPage.Read(wanted) ?? throw new UsageException($"{wanted} is no report of FaceMix's that holds its data.");
        if (Run(wanted) is not { } run)
            return Model(wanted, redraw);
        return run.ReadPublished() is { } version && new ModelCatalog(models).Contains(version) ? Model(version.ToString(), redraw) : ReportFacts.Of(run);
    }

    private ReportData Model(string wanted, bool redraw)
    {
        var (manifest, folder) = ModelLookup.Find(models, wanted);
        if (!redraw && ReportPage.Read(Path.Combine(folder, ModelFiles.Report)) is { } kept)
            return kept;
        Console.Error.WriteLine($"Drawing the report of {manifest.Id}.");
        using var faces = new OnnxFaces(folder, manifest.ImageSize, manifest.LatentSize, threads);
        using var data = open(manifest);
        if (data.IsSynthetic && !manifest.Dataset.Name.StartsWith(CommonOptions.Drawn, StringComparison.Ordinal))
            throw new UsageException($"{manifest.Id} learnt {manifest.Dataset.Name}; name its pictures with --data FOLDER.");
        var measured = Measurement.Of(faces, data, HeldOut);
        var path = Path.Combine(folder, ModelFiles.Density);
        var density = File.Exists(path) ? LatentDensity.Read(path, manifest.LatentSize) : null;
        var facts = ReportFacts.Of(manifest, folder, data, Weights.Load(Path.Combine(folder, ModelFiles.Weights)));
        var metrics = new SortedDictionary<string, double>(facts.Metrics.ToDictionary(), StringComparer.Ordinal);
        foreach (var (name, value) in ReportFacts.Metrics(measured))
            metrics[name] = value;
        return new ModelPictures(faces, density, data, measured).Draw(facts with { Metrics = metrics }, new WorkProgress("parts drawn"));
    }

    private RunFolder? Run(string wanted)
    {
        if (wanted.Length == 0 || wanted.Contains('@', StringComparison.Ordinal))
            return null;
        if (File.Exists(Path.Combine(wanted, "run.json")))
            return new RunFolder(wanted);
        var name = wanted.Split('/')[^1];
        return RunFolder.All(models).FirstOrDefault(run =>
            run.Name == name && (!wanted.Contains('/', StringComparison.Ordinal) || run.FullPath.EndsWith(Path.Combine(wanted.Split('/')[0], "runs", name), StringComparison.Ordinal)));
    }
}
