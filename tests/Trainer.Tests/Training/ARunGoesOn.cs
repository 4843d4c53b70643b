using FaceMix.Datasets;
using FaceMix.Networks;
using FaceMix.Trainer.Training;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class ARunGoesOn
{
    [Fact]
    public void Twenty_steps_saved_and_twenty_more_equal_forty_uninterrupted()
    {
        using var folder = new TemporaryFolder();
        set_num_threads(1);
        using var whole = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        TinyRun.StepUntil(whole, 40, planned: 40);

        using (var first = new TrainingRun(TinyRun.Preset(), TinyRun.Seed))
        {
            TinyRun.StepUntil(first, 20, planned: 40);
            Checkpoint.Save(first, folder.File("checkpoint"));
        }
        // It has gone another way already: everything must come from the file.
        using var second = new TrainingRun(TinyRun.Preset(), TinyRun.Seed);
        TinyRun.StepUntil(second, 3, planned: 40);
        Checkpoint.Load(second, folder.File("checkpoint"));
        TinyRun.StepUntil(second, 40, planned: 40);

        Assert.Equal(whole.State, second.State);
        Same(Weights.Of(whole.Model), Weights.Of(second.Model));
        Same(Averaged(whole), Averaged(second));
    }

    [Fact]
    public void A_checkpoint_of_another_preset_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(TinyRun.Preset(), 1);
        Checkpoint.Save(run, folder.File("checkpoint"));
        using var other = new TrainingRun(TinyRun.Preset("model.latent=8"), 1);

        Assert.ThrowsAny<Exception>(() => Checkpoint.Load(other, folder.File("checkpoint")));
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_skipped_and_counted_and_changes_neither_weights_nor_statistics()
    {
        using var run = new TrainingRun(TinyRun.Preset(), 1);
        using (no_grad())
            run.Model.named_parameters().First(pair => pair.name == "encoder.convs.0.weight").parameter.fill_(float.NaN);
        var before = Weights.Of(run.Model);
        using var source = TinyRun.Faces(16);
        var pixels = source.ReadSpread(16);

        var report = run.Step(pixels, 16, default, 0.5);

        Assert.True(report.Skipped);
        Assert.Equal((1, 1), (run.State.Step, run.State.Skipped));
        var after = Weights.Of(run.Model);
        Assert.Contains("encoder.norms.0.running_mean", before.Values.Keys);
        foreach (var name in before.Values.Keys)
            Assert.Equal(before[name].Values, after[name].Values);
    }

    [Fact]
    public void A_run_ends_at_its_last_step_and_is_saved()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(TinyRun.Preset("training.max_steps=12"), 1);
        using var source = TinyRun.Faces();
        var place = RunFolder.Create(folder.Path, run.Preset, Request, DateTimeOffset.UnixEpoch);
        var observer = new CountingObserver();
        var history = new History();

        var finished = new TrainingLoop(run, place, history, TimeProvider.System)
            .Run(source, flip: false, 1, new RunLimits(null, 12), observer, CancellationToken.None);

        Assert.True(finished);
        Assert.Equal((12, 1), (observer.Steps, observer.Saves));
        Assert.True(File.Exists(place.CheckpointPath));
        Assert.Single(History.Load(place.HistoryPath, 12).Rows);
    }

    [Fact]
    public void A_run_that_is_asked_to_stop_saves_first()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(TinyRun.Preset(), 1);
        using var source = TinyRun.Faces();
        using var stop = new CancellationTokenSource();
        var place = RunFolder.Create(folder.Path, run.Preset, Request, DateTimeOffset.UnixEpoch);
        var observer = new CountingObserver { OnStep = state => { if (state.Step == 5) stop.Cancel(); } };

        var finished = new TrainingLoop(run, place, new History(), TimeProvider.System)
            .Run(source, flip: false, 1, new RunLimits(null, 1000), observer, stop.Token);

        Assert.False(finished);
        using var again = new TrainingRun(TinyRun.Preset(), 1);
        Checkpoint.Load(again, RunFolder.Open(folder.Path, run.Preset.Name, string.Empty).CheckpointPath);
        Assert.Equal(5, again.State.Step);
        Assert.Equal(run.State, again.State);
    }

    [Fact]
    public void By_time_no_more_than_the_interval_and_one_step_is_ever_unsaved()
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(TinyRun.Preset("training.checkpoint_seconds=30"), 1);
        using var source = TinyRun.Faces();
        var place = RunFolder.Create(folder.Path, run.Preset, Request, DateTimeOffset.UnixEpoch);
        var time = new FakeTimeProvider();
        var step = TimeSpan.FromSeconds(7);
        var unsaved = new List<long>();
        var observer = new CountingObserver
        {
            OnStep = state =>
            {
                unsaved.Add(state.Step - (place.Checkpoints.LastStep ?? 0));
                time.Advance(step);
            },
        };

        new TrainingLoop(run, place, new History(), time).Run(source, flip: false, 1, new RunLimits(null, 20), observer, CancellationToken.None);

        // Five steps take 35 seconds.
        Assert.Equal(5, unsaved.Max());
        Assert.Equal(20, place.Checkpoints.LastStep);
    }

    private static RunRequest Request => new() { Data = "drawn", Seed = 1, Count = 200 };

    private static Weights Averaged(TrainingRun run)
    {
        using var model = new FaceModel(run.Preset.Model);
        run.Average.CopyTo(model);
        return Weights.Of(model);
    }

    private static void Same(Weights expected, Weights actual)
    {
        foreach (var (name, weight) in expected.Values)
            Assert.Equal(weight.Values, actual[name].Values);
    }
}
