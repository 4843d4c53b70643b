using FaceMix.Evaluation;
using FaceMix.Trainer.Measuring;

namespace FaceMix.Trainer.Jobs;

/// <summary>What a classifier reads from originals and from their reconstructions, one score for each attribute.</summary>
public sealed record ClassifierScores(string Classifier, IReadOnlyList<AttributeScore> Originals, IReadOnlyList<AttributeScore> Reconstructions);

/// <summary>Everything that is measured of a published model.</summary>
/// <param name="Measured">Reconstructions of held-out faces.</param>
/// <param name="Classifier">Null without a judge.</param>
/// <param name="Frechet">Null without a feature network.</param>
/// <param name="Disentanglement">Null unless the attributes are known to be right.</param>
/// <param name="Edits">Null without a judge.</param>
public sealed record EvaluationResult(
    Measurement Measured, ClassifierScores? Classifier, FrechetScores? Frechet, DisentanglementScores? Disentanglement, IReadOnlyList<EditScore>? Edits);
