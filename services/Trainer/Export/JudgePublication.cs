using System.Reflection;
using FaceMix.ModelStore;
using FaceMix.Trainer.Data;
using FaceMix.Trainer.Models;
using FaceMix.Trainer.Reports;

namespace FaceMix.Trainer.Export;

/// <summary>
/// Publishes a judge as a model of its own, whole and with digests, in <c>judges</c> beside the models folder: there, because
/// whoever serves models must not take it for one that paints.
/// </summary>
public static class JudgePublication
{
    /// <param name="judge">Trained.</param>
    /// <param name="data">What it learnt from.</param>
    /// <param name="models">The models folder.</param>
    /// <param name="steps">It was trained for at most.</param>
    /// <returns>Its version, of now or of an earlier time.</returns>
    public static ModelVersionId PublishOnce(KeptJudge judge, FaceData data, string models, int steps)
    {
        var judges = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "judges");
        Directory.CreateDirectory(judges);
        if (new ModelCatalog(judges).Newest(judge.Name) is { } there)
            return there;
        using var publication = new ModelPublisher(judges).Begin(judge.Name);
        Weights.Of(judge.Judge).Save(Path.Combine(publication.Folder, ModelFiles.Weights));
        var source = data.Training;
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
            ImageChannels = 3,
            LatentSize = Judge.Features,
            Preset = "judge",
            Dataset = new ModelDataset(source.Name, source.Digest),
            Attributes = source.AttributeNames,
            Metrics = new Dictionary<string, double> { ["steps_at_most"] = steps },
            CodeRevision = typeof(JudgePublication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        });
        return publication.Version;
    }
}
