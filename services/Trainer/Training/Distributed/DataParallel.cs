using System.Text.Json;
using FaceMix.Distributed;
using FaceMix.Distributed.Groups;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training.Distributed;

/// <summary>
/// A run that several processes train together: each has the whole model and a share of every batch, and what they do equals
/// what one process would do with the whole batch. Losses must be means over the batch's pictures.
/// </summary>
public sealed class DataParallel : IDisposable
{
    private readonly Dictionary<nn.Module, GradientBuckets> _buckets = [];
    private readonly bool _synchroniseNorm;
    private readonly Device _device;

    /// <param name="team">This process among the others.</param>
    /// <param name="run">Gets rank 0's weights, statistics, moments and state: what rank 0 has read from a checkpoint need not be read by others.</param>
    /// <param name="synchroniseNorm">Whether batch norm sees the whole batch; null: as the preset says.</param>
    public DataParallel(Team team, TrainingRun run, bool? synchroniseNorm = null)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentNullException.ThrowIfNull(run);
        var least = run.Preset.Training.Batch / team.Size;
        if (least < 1)
            throw new UsageException($"training.batch is {run.Preset.Training.Batch}, and {team.Size} processes share it; each needs a picture.");
        Team = team;
        _device = run.Device;
        _synchroniseNorm = synchroniseNorm ?? run.Preset.Training.SyncBatchNorm;
        team.Guard(() => HandOut(run));
        foreach (var (learner, _) in Learners(run))
            _buckets.Add(learner, new GradientBuckets(team.Group, learner.parameters()));
    }

    public Team Team { get; }

    /// <summary>This process's rows of something that has one row for each picture of the whole batch.</summary>
    /// <param name="whole">Row by row.</param>
    /// <param name="width">Numbers in a row.</param>
    public float[] Rows(float[] whole, int width)
    {
        ArgumentNullException.ThrowIfNull(whole);
        var rows = whole.Length / width;
        var mine = new float[(rows - Team.Rank + Team.Size - 1) / Team.Size * width];
        for (int row = Team.Rank, next = 0; row < rows; row += Team.Size, next += width)
            whole.AsSpan(row * width, width).CopyTo(mine.AsSpan(next));
        return mine;
    }

    /// <summary>Runs a forward pass, whose batch norm sees the whole batch where the preset asks for it.</summary>
    public T Forward<T>(Func<T> pass) => Team.Guard(() =>
    {
        if (!_synchroniseNorm)
            return pass();
        using (Team.Group.SynchroniseBatchNorm())
            return pass();
    });

    /// <summary>Means over the whole batch.</summary>
    /// <param name="means">Means over this process's share, changed in place; float64.</param>
    /// <param name="count">Pictures in the share.</param>
    /// <param name="whole">Pictures in all shares.</param>
    public void Average(Tensor means, int count, int whole) => Team.Guard(() =>
    {
        means.mul_((double)count / whole);
        Team.Group.AllReduce(means);
    });

    /// <summary>Leaves in every parameter of a network the gradient of the loss over the whole batch.</summary>
    /// <param name="learner">The run's model or its discriminator; the gradients of others stay those of the share.</param>
    /// <param name="loss">Mean over this process's share.</param>
    /// <param name="count">Pictures in the share.</param>
    /// <param name="whole">Pictures in all shares.</param>
    public void Backward(nn.Module learner, Tensor loss, int count, int whole) => Team.Guard(() =>
    {
        _buckets[learner].Begin();
        // The buckets give every process the same weight; a larger share must weigh more.
        (loss * ((double)count * Team.Size / whole)).backward();
        _buckets[learner].Finish();
    });

    /// <summary>What all processes go by in the next step.</summary>
    /// <param name="progress">Rank 0's counts, because its clock ends the run.</param>
    /// <param name="stop">Whether this process was asked to stop; one is enough.</param>
    public (double Progress, bool Stop) Agree(double progress, bool stop) => Team.Guard(() =>
    {
        using var scope = NewDisposeScope();
        // Where the gradients are: NCCL knows no main memory.
        var word = Devices.Send(tensor(new[] { Team.IsFirst ? progress : -1, stop ? 1.0 : 0 }), _device);
        Team.Group.AllReduce(word, Reduction.Maximum);
        var agreed = word.cpu().data<double>().ToArray();
        return (agreed[0], agreed[1] > 0);
    });

    public void Dispose()
    {
        foreach (var buckets in _buckets.Values)
            buckets.Dispose();
        _buckets.Clear();
    }

    private static IEnumerable<(nn.Module Learner, OptimizerHelper Optimizer)> Learners(TrainingRun run) =>
        run.Adversary is { } adversary ? [(run.Model, run.Optimizer), (adversary.Discriminator, adversary.Optimizer)] : [(run.Model, run.Optimizer)];

    private void HandOut(TrainingRun run)
    {
        using var noGrad = no_grad();
        foreach (var (learner, _) in Learners(run))
        {
            foreach (var (_, parameter) in learner.named_parameters())
                Team.Group.Broadcast(parameter);
            foreach (var (_, buffer) in learner.named_buffers())
                Team.Group.Broadcast(buffer);
        }
        var moments = Learners(run).SelectMany(pair => Moments.Of(pair.Optimizer)).ToList();
        foreach (var state in moments)
        {
            Team.Group.Broadcast(state.Mean);
            Team.Group.Broadcast(state.Square);
        }
        var text = Team.FromFirst(() => JsonSerializer.Serialize(new Word(run.State, [.. moments.Select(state => state.Steps)])));
        var word = JsonSerializer.Deserialize<Word>(text)!;
        run.State = word.State;
        for (var i = 0; i < moments.Count; i++)
            moments[i].Steps = word.Steps[i];
    }

    private sealed record Word(RunState State, long[] Steps);
}
