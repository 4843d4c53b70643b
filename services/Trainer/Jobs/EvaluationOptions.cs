using FaceMix.Trainer.Measuring;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Jobs;

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
