using FaceMix.Trainer;
using FaceMix.Trainer.Presets;
using Xunit;

namespace FaceMix.Tests.Trainer.Presets;

public sealed class PresetsAreData
{
    [Fact]
    public void Every_preset_that_comes_along_can_be_read_and_holds()
    {
        Assert.Contains("facemix-64", PresetReader.Names);
        foreach (var name in PresetReader.Names)
            Assert.Equal(name, PresetReader.Read(name).Name);
    }

    [Fact]
    public void A_child_keeps_what_it_does_not_change()
    {
        var parent = PresetReader.Read("facemix-64");
        var child = PresetReader.Read("facemix-32-tiny");

        Assert.Equal(32, child.Model.ImageSize);
        Assert.Equal(parent.Loss, child.Loss);
        Assert.Equal(parent.Training.Ema, child.Training.Ema);
    }

    [Fact]
    public void A_change_is_laid_over_the_preset()
    {
        var preset = PresetReader.Read("facemix-64", ["training.batch=8", "model.encoder=[4, 8, 8, 8]", "loss.kl=1e-5"]);

        Assert.Equal(8, preset.Training.Batch);
        Assert.Equal([4, 8, 8, 8], preset.Model.Encoder);
        Assert.Equal(1e-5, preset.Loss.Kl);
    }

    [Theory]
    [InlineData("training.bacth=8", "training.bacth")]
    [InlineData("sampling=8", "sampling")]
    [InlineData("training=8", "group of keys")]
    [InlineData("training.batch", "KEY=VALUE")]
    [InlineData("training.batch=many", "training.batch=many")]
    [InlineData("training.batch=1", "training.batch")]
    [InlineData("training.device=gpu", "training.device")]
    [InlineData("training.device=cuda:-1", "training.device")]
    [InlineData("training.precision=half", "training.precision")]
    [InlineData("loss.kl=-1", "loss.kl")]
    [InlineData("model.image_size=60", "model.image_size")]
    [InlineData("model.encoder=[4, 8]", "model.encoder")]
    public void A_key_nobody_knows_or_a_value_out_of_range_is_named(string change, string named)
    {
        var error = Assert.Throws<UsageException>(() => PresetReader.Read("facemix-64", [change]));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preset_written_and_read_again_is_the_same()
    {
        var preset = PresetReader.Read("facemix-64", ["training.batch=24"]);

        Assert.Equal(PresetReader.Write(preset), PresetReader.Write(PresetReader.ReadWhole(PresetReader.Write(preset))));
    }

    [Theory]
    [InlineData("auto", false)]
    [InlineData("on", true)]
    [InlineData("off", true)]
    public void A_retired_key_in_an_old_runs_preset_is_dropped_with_a_note_where_it_was_set(string value, bool noted)
    {
        var now = PresetReader.Write(PresetReader.Read("facemix-64"));
        var old = now.Replace("training:\n", $"training:\n  cuda_graph: {value}\n", StringComparison.Ordinal);
        Assert.NotEqual(now, old);
        var notes = new List<string>();

        Assert.Equal(now, PresetReader.Write(PresetReader.ReadWhole(old, notes.Add)));

        Assert.Equal(noted ? [$"The run's preset says training.cuda_graph: {value}; the key is dropped, steps are no longer recorded as a CUDA graph."] : [], notes);
        Assert.Contains("cuda_graph", Assert.Throws<UsageException>(() => PresetReader.Read("facemix-64", [$"training.cuda_graph={value}"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preset_that_is_its_own_parent_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("loop.yaml");
        File.WriteAllText(path, $"parent: {path}\nname: loop\n");

        Assert.Contains("ancestors", Assert.Throws<UsageException>(() => PresetReader.Read(path)).Message, StringComparison.Ordinal);
    }
}
