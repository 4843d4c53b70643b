using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Reports.Metrics;
using FaceMix.Trainer.Training;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Reports;

/// <summary>What to measure.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Held-out faces, and samples of each sampler.</summary>
    public int Count { get; init; } = FrechetScores.FewestSamples;

    /// <summary>Steps to train the judge at most; 0: no judge, and what only it can tell is left out.</summary>
    public int JudgeSteps { get; init; } = 3000;

    /// <summary>A published judge, NAME or NAME@VERSION; null: the one that belongs to data and steps, trained where there is none.</summary>
    public string? Judge { get; init; }

    /// <summary>Faces edited for each attribute.</summary>
    public int EditFaces { get; init; } = 100;

    /// <summary>SHA-256 that the feature network's file must have, in hex; null: whichever it has.</summary>
    public string? FeaturesSha256 { get; init; }

    /// <summary>An ONNX network as <see cref="OnnxFeatures.Open"/> takes it; null: the judge's features.</summary>
    public string? Features { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Where a judge learns and answers; null: the CPU. The model's files are run by ONNX Runtime.</summary>
    public Device? Device { get; init; }
}

/// <summary>What a judge reads from originals and from their reconstructions, one score for each attribute.</summary>
public sealed record Verdict(string Judge, IReadOnlyList<JudgeScore> Originals, IReadOnlyList<JudgeScore> Reconstructions);

/// <summary>Everything that is measured of a published model.</summary>
/// <param name="Measured">Reconstructions of held-out faces.</param>
/// <param name="Verdict">Null without a judge.</param>
/// <param name="Frechet">Null without a feature network.</param>
/// <param name="Disentanglement">Null unless the attributes are known to be right.</param>
/// <param name="Edits">Null without a judge.</param>
public sealed record Evaluation(
    Measurement Measured, Verdict? Verdict, FrechetScores? Frechet, DisentanglementScores? Disentanglement, IReadOnlyList<EditScore>? Edits)
{
    private const int DirectionFaces = 4000;

    /// <param name="model">The published files.</param>
    /// <param name="density">Their fitted sampler.</param>
    /// <param name="data">The faces; its held-out part is measured on.</param>
    /// <param name="models">The models folder, for the judge beside it.</param>
    /// <param name="options">What to measure.</param>
    /// <param name="progress">Makes a display for a piece of work.</param>
    /// <param name="cancellation">Ends it between pieces.</param>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public static Evaluation Of(
        OnnxFaces model, LatentDensity? density, FaceData data, string models, EvaluationOptions options, Func<string, IProgress<(int Done, int Total)>> progress,
        CancellationToken cancellation)
    {
        // Whatever is asked for and not there is told before minutes of work.
        using var asked = options.Features is { } file ? OnnxFeatures.Open(file, options.Threads, options.FeaturesSha256) : null;
        var measured = Measurement.Of(model, data, options.Count);
        cancellation.ThrowIfCancellationRequested();
        var names = data.HeldOut.AttributeNames;
        using var judge = names.Count == 0 ? null
            : options.Judge is { } wanted ? KeptJudge.Open(wanted, data, models, options.Device)
            : options.JudgeSteps > 0 ? KeptJudge.For(data, models, options.JudgeSteps, progress, cancellation, options.Device) : null;
        IFeatureNetwork? features = asked is not null || judge is null ? asked : new JudgeFeatures(judge.Judge, judge.Name);
        var frechet = features is null ? null
            : FrechetScores.Of(features, model, density, measured, options.Count, FrechetScores.DefaultSeeds, progress("sets of pictures compared"), cancellation);
        var truth = Measurement.ReadAttributes(data.HeldOut, measured.HeldOut);
        return new Evaluation(
            measured,
            judge is null ? null : Ask(judge, measured, truth, data.HeldOut),
            frechet,
            data.IsSynthetic ? Metrics.Disentanglement.Of(measured.Mean, model.Latent, truth, names.Count) : null,
            judge is null ? null : Edit(judge, model, data, measured, options.EditFaces, progress("attributes edited"), cancellation));
    }

    private static Verdict Ask(KeptJudge judge, Measurement measured, AttributeMask[] truth, IFaceSource heldOut)
    {
        IReadOnlyList<JudgeScore> Scores(byte[] rgb) =>
            JudgeScores.Of(JudgeTraining.Answers(judge.Judge, rgb, measured.HeldOut, heldOut.Size), truth, heldOut.AttributeNames);
        return new Verdict(judge.Name, Scores(measured.Originals), Scores(measured.Reconstructions));
    }

    private static IReadOnlyList<EditScore> Edit(
        KeptJudge judge, OnnxFaces model, FaceData data, Measurement measured, int faces, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        var count = Math.Min(DirectionFaces, data.Training.Count);
        var known = Measurement.ReadAttributes(data.Training, count);
        var (means, _) = Measurement.Encode(model, data.Training, count);
        var names = data.HeldOut.AttributeNames;
        var directions = AttributeDirections.Fit(means, model.Latent, known, names.Count);
        var bytes = model.ImageSize * model.ImageSize * 3;
        AttributeMask[] Read(byte[] pictures)
        {
            cancellation.ThrowIfCancellationRequested();
            return JudgeTraining.Answers(judge.Judge, pictures, pictures.Length / bytes, model.ImageSize);
        }
        // Enough faces that a common attribute leaves some who lack it.
        var edited = measured.Mean[..(Math.Min(measured.HeldOut, 4 * faces) * model.Latent)];
        return EditSuccess.Of(edited, model.Latent, directions, known, names, faces, model.Decode, Read, progress);
    }
}
