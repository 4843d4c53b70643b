using FaceMix.Datasets;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Measuring;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Commands;

/// <summary>Which network a run compares pictures through.</summary>
internal static class PerceptualChoice
{
    // A judge knows faces of one size; one that has seen 64 pixels knows what is on a larger picture averaged down to them.
    private const int JudgeSize = 64;
    private const int JudgeHeldOut = 64;

    /// <param name="preset">Names the network.</param>
    /// <param name="request">Names the data.</param>
    /// <param name="data">As the run has opened it.</param>
    /// <param name="models">The models folder.</param>
    /// <param name="device">Where the network answers.</param>
    /// <param name="say">Takes a sentence about the choice.</param>
    /// <param name="cancellation">Ends a judge's training.</param>
    /// <returns>Null where the preset asks for none, or where a judge cannot be trained because nothing is known about the pictures.</returns>
    /// <exception cref="UsageException">The file is missing or another than the preset asks for.</exception>
    public static IPerceptualNetwork? Open(Preset preset, RunRequest request, FaceData data, string models, Device device, Action<string> say, CancellationToken cancellation)
    {
        var options = preset.Perceptual;
        if (options.Weight <= 0)
            return null;
        var network = options.Network == PerceptualOptions.Judge ? OpenJudge(preset, request, data, models, device, cancellation) : PerceptualNetworks.Open(options, device);
        say(network is null
            ? "Perceptual loss: left out, because a judge needs attributes to learn (--labels), and perceptual.network names no other network."
            : $"Perceptual loss through {network.Name}.");
        return network;
    }

    private static JudgeNetwork? OpenJudge(Preset preset, RunRequest request, FaceData data, string models, Device device, CancellationToken cancellation)
    {
        if (data.Training.AttributeNames.Count == 0)
            return null;
        using var smaller = data.Training.Size == JudgeSize && preset.Model.Channels == 3
            ? null
            : CommonOptions.OpenSilently(request.Data, request.Labels, models, JudgeSize, grey: false, request.Seed, request.Count, JudgeHeldOut, cancellation);
        var kept = PublishedClassifier.For(smaller ?? data, models, preset.Perceptual.JudgeSteps, what => new WorkProgress(what), Console.Error.WriteLine, cancellation, device, PublishedClassifier.LearningSeed);
        return new JudgeNetwork(kept.Judge, JudgeSize, kept.Name);
    }
}
