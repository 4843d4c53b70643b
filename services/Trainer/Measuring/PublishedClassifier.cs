using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using FaceMix.Datasets;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Measuring;

/// <summary>A judge that knows a data set's attributes: trained once, published in <c>judges</c> beside the models, used again.</summary>
/// <param name="Judge">Ready to answer.</param>
/// <param name="Name">Names its training data and steps, so that two numbers of one judge can be compared.</param>
public sealed record PublishedClassifier(Judge Judge, string Name) : IDisposable
{
    /// <summary>Of judges that measure. Neither training nor held-out faces come from it, nor from the other.</summary>
    public const ulong MeasuringSeed = 0x4A55444745UL;

    /// <summary>Of judges that models learn from: a model is not to be measured by a network with the same first weights.</summary>
    public const ulong LearningSeed = 0x4C4541524EUL;

    private const int DrawnFaces = 400_000;

    /// <param name="data">Drawn faces get a judge that saw other drawn ones, photographs one that learnt from the training part.</param>
    /// <param name="models">The models folder.</param>
    /// <param name="steps">Steps at most. A judge of another number is another judge.</param>
    /// <param name="progress">Makes a display for its training.</param>
    /// <param name="say">Called with what a person should know: that training begins, how well it ended.</param>
    /// <param name="cancellation">Ends its training.</param>
    /// <param name="device">Where it learns and answers; null: the CPU.</param>
    /// <param name="seed">Of its first weights, of the order and, where they are drawn, of the faces it sees.</param>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    /// <exception cref="ModelStoreException">The published one is damaged.</exception>
    public static PublishedClassifier For(FaceData data, string models, int steps, Func<string, IProgress<(int Done, int Total)>> progress, Action<string> say, CancellationToken cancellation, Device? device = null, ulong seed = MeasuringSeed)
    {
        ArgumentNullException.ThrowIfNull(data);
        var source = data.IsSynthetic ? FaceDataset.OtherSynthetic(data.Training, seed, DrawnFaces) : data.Training;
        var seeded = seed == MeasuringSeed ? string.Empty : $" {seed:x}";
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Digest} {steps}{seeded}")))[..16];
        var name = $"judge-{key[..8]}";
        var catalog = new ModelCatalog(ClassifierPublication.FolderBeside(models));
        if (catalog.Newest(name) is { } version)
            return Load(catalog, version, source, device);

        // Where the first releases kept theirs.
        var cached = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "cache", $"judge-{key}.safetensors");
        Judge judge;
        if (File.Exists(cached))
        {
            judge = new Judge(source.Size, source.AttributeNames.Count);
            Weights.Load(cached).CopyTo(judge);
            judge.eval();
        }
        else
        {
            say($"Training a judge on {(data.IsSynthetic ? "drawn originals" : "the photographs")}, at most {steps} steps; it is kept as {name} in {catalog.Models}.");
            judge = JudgeTraining.Train(source, seed, steps, progress("steps of the judge"), say, cancellation, device);
        }
        ClassifierPublication.Publish(judge, name, source, models, steps);
        return new PublishedClassifier(judge.to(device ?? CPU), name);
    }

    /// <summary>A judge that has been published, whichever data and steps it comes from.</summary>
    /// <param name="wanted">NAME or NAME@VERSION.</param>
    /// <param name="data">What it is to judge.</param>
    /// <param name="models">The models folder.</param>
    /// <param name="device">Where it answers; null: the CPU.</param>
    /// <exception cref="ValidationException">There is no such judge, or it knows other attributes or faces of another size.</exception>
    public static PublishedClassifier Open(string wanted, FaceData data, string models, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        var catalog = new ModelCatalog(ClassifierPublication.FolderBeside(models));
        var version = ModelVersionId.TryParse(wanted, out var exact) ? (catalog.Contains(exact) ? exact : null) : catalog.Newest(wanted);
        return Load(catalog, version ?? throw new ValidationException($"--judge {wanted}: {catalog.Models} holds no such judge."), data.HeldOut, device);
    }

    public void Dispose() => Judge.Dispose();

    private static PublishedClassifier Load(ModelCatalog catalog, ModelVersionId version, IFaceSource source, Device? device)
    {
        var manifest = catalog.Verify(version);
        if (manifest.ImageSize != source.Size || !manifest.Attributes.SequenceEqual(source.AttributeNames))
        {
            throw new ValidationException(
                $"The judge {version} reads {manifest.Attributes.Count} attributes off faces of {manifest.ImageSize} pixels ({string.Join(", ", manifest.Attributes)}); these have {source.Size} pixels and {source.AttributeNames.Count} attributes.");
        }
        var judge = new Judge(source.Size, source.AttributeNames.Count);
        Weights.Load(catalog.FileOf(version, ModelFiles.Weights)).CopyTo(judge);
        judge.eval();
        return new PublishedClassifier(judge.to(device ?? CPU), version.Name);
    }
}
