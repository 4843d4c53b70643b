using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Measuring;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using Xunit;

namespace FaceMix.Tests.Trainer.Models;

/// <summary>What earlier code wrote must open in this one.</summary>
public sealed class OldFilesOpen
{
    public static TheoryData<string> Kept { get; } =
        [.. Directory.GetDirectories(Repository.PathOf("deploy", "models")).SelectMany(Directory.GetDirectories).Select(folder => Path.GetRelativePath(Repository.Root, folder))];

    [Theory]
    [MemberData(nameof(Kept))]
    public void A_kept_models_weights_still_decode_as_they_did_when_it_was_published(string version)
    {
        var kept = Repository.PathOf(version);
        var preset = PresetOf(File.ReadAllText(Path.Combine(kept, ModelFiles.Card)));
        using var model = new FaceModel(preset.Model);
        Weights.Load(Path.Combine(kept, ModelFiles.Weights)).CopyTo(model);
        using var faces = new OnnxFaces(kept, preset.Model.ImageSize, preset.Model.Latent, threads: 1);

        Assert.InRange(ExportCheck.Decoder(model, faces, seed: 5), 0, 1);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void A_kept_models_weights_are_exported_as_what_is_kept(string version)
    {
        using var folder = new TemporaryFolder();
        var published = Repository.PathOf(version);
        var preset = PresetOf(File.ReadAllText(Path.Combine(published, ModelFiles.Card)));
        var weights = Weights.Load(Path.Combine(published, ModelFiles.Weights));
        File.WriteAllBytes(folder.File(ModelFiles.Decoder), ModelExport.Decoder(preset.Model, weights));
        File.WriteAllBytes(folder.File(ModelFiles.Encoder), ModelExport.Encoder(preset.Model, weights));
        using var kept = new OnnxFaces(published, preset.Model.ImageSize, preset.Model.Latent, threads: 1);
        using var now = new OnnxFaces(folder.Path, preset.Model.ImageSize, preset.Model.Latent, threads: 1);
        var z = Noise.Normal(4, 0, 8 * preset.Model.Latent);

        var (before, after) = (kept.Decode(z), now.Decode(z));
        var (mean, logvar) = kept.Encode(before);
        var (newMean, newLogvar) = now.Encode(before);

        Assert.InRange(before.Zip(after, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
        Assert.InRange(mean.Zip(newMean, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-3);
        Assert.InRange(logvar.Zip(newLogvar, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void A_kept_model_encodes_faces_in_parts_as_it_does_at_once(string version)
    {
        var published = Repository.PathOf(version);
        var options = PresetOf(File.ReadAllText(Path.Combine(published, ModelFiles.Card))).Model;
        using var model = new OnnxFaces(published, options.ImageSize, options.Latent, threads: 1);
        // More than one part, spread over a source that holds more.
        using var source = new SyntheticSource(1, 900, options.ImageSize);

        var (mean, logvar) = Measurement.Encode(model, source, 300);

        var (whole, wholeLogvar) = model.Encode(source.ReadSpread(300));
        Assert.InRange(mean.Zip(whole, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-4);
        Assert.InRange(logvar.Zip(wholeLogvar, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-4);
    }

    [Fact]
    public void A_run_that_the_first_release_began_goes_on()
    {
        using var models = new TemporaryFolder();
        var old = Repository.PathOf("tests", "Trainer.Tests", "Fixtures", "first-run");
        var place = Directory.CreateDirectory(models.File("facemix-32-tiny", "runs", "first-run")).FullName;
        foreach (var file in Directory.GetFiles(old))
            File.Copy(file, Path.Combine(place, Path.GetFileName(file)));

        var folder = RunFolder.Open(models.Path, "facemix-32-tiny", string.Empty);
        using var run = new TrainingRun(folder.ReadPreset(), folder.ReadRequest().Seed);
        Checkpoint.Load(run, folder.CheckpointPath);

        Assert.Equal((6, 48, 0), (run.State.Step, run.State.Pictures, run.State.Skipped));
        TinyRun.StepUntil(run, 8, planned: 8);
        Assert.Equal(0, run.State.Skipped);
        Assert.Equal(8, run.State.Step);
    }

    private static Preset PresetOf(string card)
    {
        const string begin = "```yaml\n";
        var first = card.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return PresetReader.ReadWhole(card[first..card.IndexOf("```", first, StringComparison.Ordinal)]);
    }
}
