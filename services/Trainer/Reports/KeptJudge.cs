using System.Security.Cryptography;
using System.Text;
using FaceMix.Trainer.Data;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Reports;

/// <summary>A judge that knows a data set's attributes: trained once, kept beside the models, used again.</summary>
/// <param name="Judge">Ready to answer.</param>
/// <param name="Name">Names its training data and steps, so that two numbers of one judge can be compared.</param>
public sealed record KeptJudge(Judge Judge, string Name) : IDisposable
{
    // Neither training nor held-out faces come from it.
    private const ulong Seed = 0x4A55444745UL;
    private const int DrawnFaces = 400_000;

    /// <param name="data">Drawn faces get a judge that saw other drawn ones, photographs one that learnt from the training part.</param>
    /// <param name="models">The models folder; judges lie in <c>cache</c> beside it.</param>
    /// <param name="steps">Steps at most.</param>
    /// <param name="cancellation">Ends its training.</param>
    /// <param name="device">Where it learns and answers; null: the CPU.</param>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public static KeptJudge For(FaceData data, string models, int steps, CancellationToken cancellation, Device? device = null)
    {
        var source = data.IsDrawn ? FaceDataset.OtherDrawn(data.Training, Seed, DrawnFaces) : data.Training;
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Digest} {steps}")))[..16];
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "cache", $"judge-{key}.safetensors");
        var name = $"judge-{key[..8]}";
        if (File.Exists(path))
        {
            var kept = new Judge(source.Size, source.AttributeNames.Count);
            Weights.Load(path).CopyTo(kept);
            kept.eval();
            return new KeptJudge(kept.to(device ?? CPU), name);
        }
        Console.Error.WriteLine($"Training a judge on {(data.IsDrawn ? "drawn originals" : "the photographs")}, at most {steps} steps; it is kept as {path}.");
        var judge = JudgeTraining.Train(source, Seed, steps, Console.Error.WriteLine, cancellation, device);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Weights.Of(judge).Save(path);
        return new KeptJudge(judge, name);
    }

    public void Dispose() => Judge.Dispose();
}
