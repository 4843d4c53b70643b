using System.Reflection;
using FaceMix.Datasets;
using FaceMix.ModelStore;
using FaceMix.Networks;

namespace FaceMix.Trainer.Measuring;

/// <summary>
/// Publishes a judge as a model of its own, whole and with digests, in <c>judges</c> beside the models folder: there, because
/// whoever serves models must not take it for one that paints.
/// </summary>
public static class ClassifierPublication
{
    /// <summary>Where judges lie.</summary>
    public static string FolderBeside(string models) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "judges");

    /// <param name="judge">Trained.</param>
    /// <param name="name">Tells its data and steps apart from others'.</param>
    /// <param name="source">What it learnt from.</param>
    /// <param name="models">The models folder.</param>
    /// <param name="steps">It was trained for at most.</param>
    /// <returns>Its version.</returns>
    public static ModelVersionId Publish(Judge judge, string name, IFaceSource source, string models, int steps)
    {
        ArgumentNullException.ThrowIfNull(source);
        var judges = FolderBeside(models);
        Directory.CreateDirectory(judges);
        using var publication = new ModelPublisher(judges).Begin(name);
        Weights.Of(judge).Save(Path.Combine(publication.Folder, ModelFiles.Weights));
        File.WriteAllText(
            Path.Combine(publication.Folder, ModelFiles.Card),
            $"""
             # {publication.Version}

             A small network that reads {source.AttributeNames.Count} attributes off faces of {source.Size} pixels: {string.Join(", ", source.AttributeNames)}.
             It was trained by FaceMix on originals of `{source.Name}`, SHA-256 `{source.Digest}`, for at most {steps} steps.

             It measures models and compares pictures in a perceptual loss. It repeats its data's imbalances and is not fit to judge, identify or rank people.

             """);
        publication.Publish(new ModelDescription
        {
            Architecture = "judge",
            ImageSize = source.Size,
            Channels = 3,
            LatentSize = Judge.Features,
            Preset = "judge",
            Dataset = new ModelDataset(source.Name, source.Digest),
            Attributes = source.AttributeNames,
            Metrics = new Dictionary<string, double> { ["steps_at_most"] = steps },
            CodeRevision = typeof(ClassifierPublication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        });
        return publication.Version;
    }
}
