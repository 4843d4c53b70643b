using FaceMix.Datasets;
using FaceMix.Evaluation;
using FaceMix.Latents;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Measuring;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Jobs;

/// <summary>Measures a published model: reconstructions, samples, attributes, edits.</summary>
public static class EvaluateJob
{
    private const int DirectionFaces = 4000;

    /// <param name="model">The published files.</param>
    /// <param name="density">Their fitted sampler.</param>
    /// <param name="data">The faces; its held-out part is measured on.</param>
    /// <param name="models">The models folder, for the judge beside it.</param>
    /// <param name="options">What to measure.</param>
    /// <param name="progress">Makes a display for a piece of work.</param>
    /// <param name="say">Called with what a person should know.</param>
    /// <param name="cancellation">Ends it between pieces.</param>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public static EvaluationResult Run(
        OnnxFaces model, LatentDensity? density, FaceData data, string models, EvaluationOptions options, Func<string, IProgress<(int Done, int Total)>> progress,
        Action<string> say, CancellationToken cancellation)
    {
        // Whatever is asked for and not there is told before minutes of work.
        using var asked = options.Features is { } file ? OnnxFeatures.Open(file, options.Threads, options.FeaturesSha256) : null;
        var measured = Measurement.Of(model, data, options.Count);
        cancellation.ThrowIfCancellationRequested();
        var names = data.HeldOut.AttributeNames;
        using var judge = names.Count == 0 ? null
            : options.Judge is { } wanted ? PublishedClassifier.Open(wanted, data, models, options.Device)
            : options.JudgeSteps > 0 ? PublishedClassifier.For(data, models, options.JudgeSteps, progress, say, cancellation, options.Device) : null;
        IFeatureNetwork? features = asked is not null || judge is null ? asked : new ClassifierFeatures(judge.Judge, judge.Name);
        var frechet = features is null ? null
            : FrechetScores.Of(features, model, density, measured, options.Count, FrechetScores.DefaultSeeds, progress("sets of pictures compared"), cancellation);
        var truth = data.HeldOut.AttributesSpread(measured.HeldOut);
        return new EvaluationResult(
            measured,
            judge is null ? null : Ask(judge, measured, truth, data.HeldOut),
            frechet,
            data.IsSynthetic ? Disentanglement.Of(measured.Mean, model.Latent, truth, names.Count) : null,
            judge is null ? null : Edit(judge, model, data, measured, options.EditFaces, progress("attributes edited"), cancellation));
    }

    private static ClassifierScores Ask(PublishedClassifier judge, Measurement measured, AttributeMask[] truth, IFaceSource heldOut)
    {
        IReadOnlyList<AttributeScore> Scores(byte[] rgb) =>
            AttributeScores.Of(JudgeTraining.Answers(judge.Judge, rgb, measured.HeldOut, heldOut.Size), truth, heldOut.AttributeNames);
        return new ClassifierScores(judge.Name, Scores(measured.Originals), Scores(measured.Reconstructions));
    }

    private static IReadOnlyList<EditScore> Edit(
        PublishedClassifier judge, OnnxFaces model, FaceData data, Measurement measured, int faces, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        var count = Math.Min(DirectionFaces, data.Training.Count);
        var known = data.Training.AttributesSpread(count);
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
