using FaceMix.Datasets;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Trainer;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class TheBestIsKept
{
    private static readonly RunRequest s_request = new() { Data = "drawn", Seed = 1, Count = 200 };

    [Fact]
    public void Checkpoints_come_by_epoch_and_the_newest_few_stay()
    {
        using var folder = new TemporaryFolder();
        var (_, place, _) = Train(folder, 96, "training.checkpoint_epochs=2", "training.keep_checkpoints=3");

        // 32 faces are two steps an epoch; the end of the run is the last of them.
        Assert.Equal(
            ["checkpoint-0000000088.safetensors", "checkpoint-0000000092.safetensors", "checkpoint.safetensors"],
            Directory.GetFiles(place.FullPath, "checkpoint*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(96, place.Checkpoints.LastStep);
    }

    [Fact]
    public void Without_a_readable_newest_checkpoint_the_one_before_it_is_taken_and_that_is_said()
    {
        using var folder = new TemporaryFolder();
        var (_, place, _) = Train(folder, 12, "training.checkpoint_epochs=2", "training.keep_checkpoints=2");
        using (var file = new FileStream(place.CheckpointPath, FileMode.Open))
            file.SetLength(file.Length / 2);
        using var run = new TrainingRun(place.ReadPreset(), 1);
        var said = new List<string>();

        Assert.True(place.Checkpoints.Load(run, said.Add));

        Assert.Equal(8, run.State.Step);
        Assert.Contains(place.CheckpointPath, Assert.Single(said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("psnr_db", 1)]
    [InlineData("ssim", 1)]
    [InlineData("ms_ssim", 1)]
    [InlineData("mse", -1)]
    [InlineData("loss", -1)]
    public void The_weights_that_were_best_by_a_metric_are_kept_and_published(string metric, int direction)
    {
        using var folder = new TemporaryFolder();
        // From a step on, the weights are spoilt.
        var (run, place, observer) = Train(folder, 60, 32, $"training.best_metric={metric}", "training.checkpoint_epochs=5", "training.ema=0");

        var best = BestWeights.Read(place.FullPath, run.Preset.Training.BestMetric)!;
        var top = observer.Moments.MaxBy(moment => direction * moment.Value)!;
        Assert.Equal(top, best);
        Assert.True(observer.Moments.Count == 6 && best.Step < 60, string.Join("; ", observer.Moments));
        Assert.Equal(observer.Moments.Count, History.Load(place.HistoryPath, 60).Rows.Count(row => row.Values.ContainsKey($"held_out_{metric}")));

        if (metric != "psnr_db")
            return;
        using var data = Open(folder);
        var (id, metrics) = new VersionWriter(folder.Path, 1, TimeProvider.System).Publish(run, s_request, new History(), data, 1, place.FullPath);
        Assert.Equal(best.Step, metrics["best_step"]);
        var version = Path.Combine(folder.Path, id.Name, id.Version);
        var (kept, published) = (BestWeights.Load(place.FullPath), Weights.Load(Path.Combine(version, ModelFiles.Weights)));
        foreach (var (name, weight) in kept.Values)
            Assert.Equal(weight.Values, published[name].Values);
        Assert.Contains($"averaged weights of step {best.Step}, the best by psnr_db", File.ReadAllText(Path.Combine(version, ModelFiles.Card)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_ends_early_when_nothing_is_gained_any_more_and_remembers_it_when_it_goes_on()
    {
        using var folder = new TemporaryFolder();
        string[] changes = ["training.best_metric=psnr_db", "training.early_stopping=3", "training.early_stopping_gain=1000", "training.checkpoint_epochs=2"];

        var (run, place, observer) = Train(folder, 1000, changes);

        // The first measurement is a gain, whatever it is; the next three are none.
        Assert.Equal((16, 3, 4), (run.State.Step, run.State.WithoutGain, observer.Moments.Count));
        using var again = new TrainingRun(place.ReadPreset(), 1);
        Assert.True(place.Checkpoints.Load(again, _ => { }));
        Assert.Equal(run.State, again.State);
        using var source = TinyRun.Faces(32);
        Assert.True(new TrainingLoop(again, place, new History(), TimeProvider.System).Run(source, false, 1, new RunLimits(null, 1000), observer, CancellationToken.None));
        Assert.Equal(16, again.State.Step);
    }

    [Fact]
    public void Measuring_on_the_way_changes_no_weight()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();

        var (measured, _, _) = Train(folder, 20, "training.best_metric=loss", "training.checkpoint_epochs=1");
        var (plain, _, _) = Train(other, 20);

        var (expected, actual) = (Weights.Of(plain.Average.Averages), Weights.Of(measured.Average.Averages));
        foreach (var (name, weight) in expected.Values)
            Assert.Equal(weight.Values, actual[name].Values);
    }

    [Fact]
    public void Early_stopping_without_a_metric_is_refused() =>
        Assert.Contains("training.best_metric", Assert.Throws<UsageException>(() => TinyRun.Preset("training.early_stopping=3")).Message, StringComparison.Ordinal);

    private static FaceData Open(TemporaryFolder folder) => FaceDataset.Open(
        new FaceDataOptions { Size = 32, Seed = 1, SyntheticCount = 32, SyntheticHeldOut = 64, CacheFolder = folder.File("cache") }, null, CancellationToken.None);

    private static (TrainingRun Run, RunFolder Place, MomentObserver Observer) Train(TemporaryFolder folder, long steps, params string[] changes) =>
        Train(folder, steps, long.MaxValue, changes);

    private static (TrainingRun Run, RunFolder Place, MomentObserver Observer) Train(TemporaryFolder folder, long steps, long spoiltFrom, params string[] changes)
    {
        var run = new TrainingRun(TinyRun.Preset(changes), 1);
        var place = RunFolder.Create(folder.Path, run.Preset, s_request, DateTimeOffset.UnixEpoch);
        var observer = new MomentObserver { OnStep = state => Spoil(run, state.Step >= spoiltFrom) };
        using var data = Open(folder);
        using var score = new HeldOutScore(run, data.HeldOut);
        var loop = new TrainingLoop(run, place, new History(), TimeProvider.System) { Score = score };
        Assert.True(loop.Run(data.Training, flip: false, 1, new RunLimits(null, steps), observer, CancellationToken.None));
        return (run, place, observer);
    }

    private static void Spoil(TrainingRun run, bool now)
    {
        if (!now)
            return;
        using var noGrad = no_grad();
        foreach (var parameter in run.Model.parameters())
            parameter.mul_(0.8);
    }

    private sealed class MomentObserver : ITrainingObserver
    {
        public List<BestMoment> Moments { get; } = [];

        public required Action<RunState> OnStep { get; init; }

        public void Stepped(RunState state, StepReport report, double progress) => OnStep(state);

        public void Saved(RunState state)
        {
        }

        public void Measured(RunState state, BestMoment moment, bool best) => Moments.Add(moment);
    }
}
