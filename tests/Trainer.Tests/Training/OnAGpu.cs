using FaceMix.Datasets;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class OnAGpu
{
    private const int Steps = 12;

    private static readonly Device s_gpu = new("cuda", 0);

    [NeedsGpu]
    public void A_run_on_a_GPU_follows_the_one_on_the_CPU()
    {
        using var cpu = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        using var gpu = new TrainingRun(TinyRun.Preset(), TinyRun.Seed, s_gpu);

        Near(Walk(cpu, Steps), Walk(gpu, Steps), 1e-2);
    }

    [NeedsGpu]
    public void A_checkpoint_of_either_device_goes_on_on_the_other()
    {
        using var folder = new TemporaryFolder();
        var runs = new[] { CPU, s_gpu }.Select(device => new TrainingRun(TinyRun.Preset(), TinyRun.Seed, device)).ToList();
        Walk(runs[0], 3);
        Checkpoint.Save(runs[0], folder.File("cpu"));
        Checkpoint.Load(runs[1], folder.File("cpu"));
        Checkpoint.Save(runs[1], folder.File("gpu"));

        Assert.Equal(File.ReadAllBytes(folder.File("cpu")), File.ReadAllBytes(folder.File("gpu")));
        Assert.All(runs[1].Optimizer.Moments, state => Assert.Equal("cuda:0", state.Mean.device.ToString()));
        Near(Walk(runs[0], 3), Walk(runs[1], 3), 1e-2);
        runs.ForEach(run => run.Dispose());
    }

    private static List<double> Walk(TrainingRun run, int steps)
    {
        var batch = run.Preset.Training.Batch;
        using var source = TinyRun.Faces(batch);
        var pixels = source.ReadSpread(batch);
        return [.. Enumerable.Range(0, steps).Select(i => run.Step(pixels, batch, new(0, i), 0.5).Total)];
    }

    private static void Near(List<double> expected, List<double> actual, double relative) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, relative));
}
