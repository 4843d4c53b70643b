using System.Text.Json;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Trainer.Presets;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>
/// A run that several processes train together: each has the whole model and a share of every batch, and what they do equals what one
/// process would do with the whole batch. Losses must be means over the batch's pictures.
/// </summary>
public sealed class DataParallel : IDisposable
{
    private readonly Dictionary<nn.Module, GradientBuckets> _buckets = [];

    /// <param name="group">The processes.</param>
    /// <param name="run">Gets rank 0's weights, statistics, moments and state: only rank 0 reads a checkpoint.</param>
    /// <param name="synchroniseNorm">Whether batch norm sees the whole batch; null: as the preset says.</param>
    /// <exception cref="UsageException">The batch is smaller than the group.</exception>
    public DataParallel(ProcessGroup group, TrainingRun run, bool? synchroniseNorm = null)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(run);
        Check(run.Preset, group);
        Group = group;
        HandOut(group, run);
        foreach (var (learner, _) in Learners(run))
            _buckets.Add(learner, new GradientBuckets(group, learner.parameters()));
        if (synchroniseNorm ?? run.Preset.Training.SyncBatchNorm)
            Norm = (x, mean, variance, weight, bias, momentum, epsilon) => SynchronisedNorm.Of(group, x, mean, variance, weight, bias, momentum, epsilon);
    }

    /// <exception cref="UsageException">The batch is smaller than the group.</exception>
    public static void Check(Preset preset, ProcessGroup group)
    {
        if (preset.Training.Batch < group.Size)
            throw new UsageException($"training.batch is {preset.Training.Batch}, and {group.Size} processes share it; each needs a picture.");
    }

    public ProcessGroup Group { get; }

    /// <summary>Batch norm over the whole batch; null: each process's is over its own share.</summary>
    public TrainingNorm? Norm { get; }

    /// <summary>This process's rows of something that has one row for each picture of the whole batch.</summary>
    /// <param name="whole">Row by row.</param>
    /// <param name="width">Numbers in a row.</param>
    public float[] Rows(float[] whole, int width)
    {
        ArgumentNullException.ThrowIfNull(whole);
        var rows = whole.Length / width;
        var mine = new float[(rows - Group.Rank + Group.Size - 1) / Group.Size * width];
        for (int row = Group.Rank, next = 0; row < rows; row += Group.Size, next += width)
            whole.AsSpan(row * width, width).CopyTo(mine.AsSpan(next));
        return mine;
    }

    /// <summary>Means over the whole batch.</summary>
    /// <param name="means">Means over this process's share, changed in place.</param>
    /// <param name="count">Pictures in the share.</param>
    /// <param name="whole">Pictures in all shares.</param>
    public void Average(Span<double> means, int count, int whole)
    {
        foreach (ref var mean in means)
            mean *= (double)count / whole;
        Group.Sum(means);
    }

    /// <summary>Leaves in every parameter of a network the gradient of the loss over the whole batch.</summary>
    /// <param name="learner">The run's model or its discriminator; the gradients of others stay those of the share.</param>
    /// <param name="loss">Mean over this process's share.</param>
    /// <param name="count">Pictures in the share.</param>
    /// <param name="whole">Pictures in all shares.</param>
    public void Backward(nn.Module learner, Tensor loss, int count, int whole)
    {
        ArgumentNullException.ThrowIfNull(loss);
        // Weighed before the backward pass, because synchronised norms exchange gradients within it.
        (loss * ((double)count / whole)).backward();
        _buckets[learner].Sum();
    }

    /// <summary>What all processes go by in the next step.</summary>
    /// <param name="progress">Rank 0's counts, because its clock ends the run.</param>
    /// <param name="stop">Whether this process was asked to stop; one is enough.</param>
    public (double Progress, bool Stop) Agree(double progress, bool stop)
    {
        Span<double> word = [Group.IsFirst ? progress : -1, stop ? 1 : 0];
        Group.Max(word);
        return (word[0], word[1] > 0);
    }

    public void Dispose()
    {
        foreach (var buckets in _buckets.Values)
            buckets.Dispose();
        _buckets.Clear();
    }

    private static IEnumerable<(nn.Module Learner, FusedAdam Optimizer)> Learners(TrainingRun run) =>
        run.Adversary is { } adversary ? [(run.Model, run.Optimizer), (adversary.Discriminator, adversary.Optimizer)] : [(run.Model, run.Optimizer)];

    private static void HandOut(ProcessGroup group, TrainingRun run)
    {
        using var noGrad = no_grad();
        var moments = Learners(run).SelectMany(pair => pair.Optimizer.Moments).ToList();
        foreach (var tensor in Learners(run).SelectMany(pair => Weights.Floating(pair.Learner)).Select(pair => pair.Tensor)
            .Concat(moments.SelectMany(state => new[] { state.Mean, state.Square })))
        {
            using var scope = NewDisposeScope();
            var values = tensor.detach().cpu().contiguous();
            group.Broadcast(values);
            tensor.copy_(values);
        }
        var text = group.FromFirst(() => JsonSerializer.Serialize(new Word(run.State, [.. moments.Select(state => state.Steps)])));
        var word = JsonSerializer.Deserialize<Word>(text)!;
        run.State = word.State;
        for (var i = 0; i < moments.Count; i++)
            moments[i].Steps = word.Steps[i];
    }

    private sealed record Word(RunState State, long[] Steps);
}
