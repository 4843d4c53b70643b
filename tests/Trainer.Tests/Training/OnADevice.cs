using System.ComponentModel.DataAnnotations;
using FaceMix.Datasets;
using FaceMix.ModelStore.Safetensors;
using FaceMix.Networks;
using FaceMix.Trainer.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class OnADevice
{
    [Theory]
    [InlineData("auto", null, 0, "cpu")]
    [InlineData("auto", 3, 0, "cpu")]
    [InlineData("auto", null, 2, "cuda:0")]
    [InlineData("auto", 1, 2, "cuda:1")]
    [InlineData("cpu", null, 2, "cpu")]
    [InlineData("cpu", 1, 2, "cpu")]
    [InlineData("cuda", null, 1, "cuda:0")]
    [InlineData("cuda", 3, 4, "cuda:3")]
    [InlineData("cuda:1", null, 2, "cuda:1")]
    public void Automatically_means_a_GPU_where_there_is_one_and_each_process_of_a_machine_has_its_own(string wish, int? localRank, int present, string device) =>
        Assert.Equal(device, Devices.Choose(wish, localRank, present).ToString());

    [Theory]
    [InlineData("cuda", null, 0, "is cuda; libtorch sees no CUDA device here, only the CPU")]
    [InlineData("cuda:3", null, 2, "is cuda:3; libtorch sees 2 CUDA device(s) here, cuda:0 to cuda:1")]
    [InlineData("auto", 2, 2, "local rank 2 needs cuda:2")]
    [InlineData("cuda:0", 1, 4, "each takes the device of its local rank")]
    [InlineData("gpu", null, 2, "auto, cpu, cuda or cuda:N")]
    [InlineData("cuda: 1", null, 2, "auto, cpu, cuda or cuda:N")]
    public void A_device_that_is_not_there_is_refused_with_what_was_asked_for_and_what_is_there(string wish, int? localRank, int present, string said) =>
        Assert.Contains(said, Assert.Throws<ValidationException>(() => Devices.Choose(wish, localRank, present)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_step_on_staged_pixels_is_the_step_on_the_pixels()
    {
        set_num_threads(1);
        using var source = TinyRun.Faces(16);
        var pixels = source.ReadSpread(16);
        using var run = new TrainingRun(TinyRun.Preset(), 1, CPU);
        using var other = new TrainingRun(TinyRun.Preset(), 1);

        using (var staged = tensor(pixels))
            run.Step(pixels, 16, default, 0.5, staged: staged);
        other.Step(pixels, 16, default, 0.5);

        var weights = Weights.Of(other.Model);
        foreach (var (name, weight) in Weights.Of(run.Model).Values)
            Assert.Equal(weights[name].Values, weight.Values);
    }

    [Fact]
    public void A_checkpoint_names_no_device_and_is_read_into_whatever_device_the_run_is_on()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        TinyRun.StepUntil(run, 2, planned: 4);
        Checkpoint.Save(run, folder.File("checkpoint"));
        // A device of shapes alone: what came to lie anywhere else could not be computed with.
        using var elsewhere = new TrainingRun(TinyRun.Preset(), TinyRun.Seed, new Device(DeviceType.META));

        Checkpoint.Load(elsewhere, folder.File("checkpoint"));

        Assert.Equal(run.State, elsewhere.State);
        var moments = elsewhere.Optimizer.Moments.ToList();
        Assert.All(moments, state => Assert.Equal(2, state.Steps));
        Assert.All(
            elsewhere.Model.parameters().Cast<Tensor>().Concat(elsewhere.Average.Averages.Select(pair => pair.Average)).Concat(moments.SelectMany(state => new[] { state.Mean, state.Square })),
            tensor => Assert.Equal(DeviceType.META, tensor.device.type));
        using var file = SafetensorsFile.Open(folder.File("checkpoint"));
        Assert.DoesNotContain(file.Metadata, note => note.Key.Contains("device", StringComparison.Ordinal) || note.Value.Contains("cpu", StringComparison.Ordinal));
    }
}
