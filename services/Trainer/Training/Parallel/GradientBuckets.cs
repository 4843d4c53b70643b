using FaceMix.Networks;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training.Parallel;

/// <summary>
/// Sums gradients over a group after the backward pass. Parameters share buckets, each of which is one all-reduce: a network has a
/// hundred parameters, most of them small. A GPU's bucket goes through pinned memory.
/// </summary>
public sealed class GradientBuckets : IDisposable
{
    /// <summary>A bucket is closed when it holds this much.</summary>
    public const long Bytes = 25 << 20;

    private readonly ProcessGroup _group;
    private readonly List<Bucket> _buckets = [];

    /// <param name="group">The processes.</param>
    /// <param name="parameters">The same in every process, in the same order.</param>
    /// <param name="bytes">A bucket is closed when it holds this much.</param>
    public GradientBuckets(ProcessGroup group, IEnumerable<Tensor> parameters, long bytes = Bytes)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(parameters);
        _group = group;
        var open = new List<Tensor>();
        foreach (var parameter in parameters)
        {
            if (open.Count > 0 && open[0].dtype != parameter.dtype)
                Close(open);
            open.Add(parameter);
            if (open.Sum(BytesOf) >= bytes)
                Close(open);
        }
        Close(open);
    }

    public int Count => _buckets.Count;

    /// <summary>Leaves in every parameter the sum of its gradients. A step uses the same parameters in every process, so those without one are the same.</summary>
    public void Sum()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var bucket in _buckets)
            bucket.Sum(_group);
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets)
            bucket.Dispose();
        _buckets.Clear();
    }

    private void Close(List<Tensor> open)
    {
        if (open.Count > 0)
            _buckets.Add(new Bucket(open));
        open.Clear();
    }

    private static long BytesOf(Tensor parameter) => parameter.numel() * parameter.element_size();

    private sealed class Bucket : IDisposable
    {
        private readonly Tensor _flat;
        private readonly Tensor? _pinned;
        private readonly List<(Tensor Parameter, Tensor Slice)> _parts = [];

        public Bucket(IReadOnlyList<Tensor> parameters)
        {
            using var scope = NewDisposeScope();
            _flat = zeros(parameters.Sum(parameter => parameter.numel()), parameters[0].dtype, parameters[0].device).DetachFromDisposeScope();
            _pinned = Devices.IsGpu(_flat.device) ? _flat.cpu().pin_memory().DetachFromDisposeScope() : null;
            long at = 0;
            foreach (var parameter in parameters)
            {
                _parts.Add((parameter, _flat.narrow(0, at, parameter.numel()).view(parameter.shape).DetachFromDisposeScope()));
                at += parameter.numel();
            }
        }

        public void Sum(ProcessGroup group)
        {
            var gradients = _parts.ConvertAll(part => part.Parameter.grad);
            foreach (var ((_, slice), gradient) in _parts.Zip(gradients))
            {
                if (gradient is not null)
                    slice.copy_(gradient);
            }
            if (_pinned is null)
            {
                group.Sum(_flat);
            }
            else
            {
                _pinned.copy_(_flat);
                group.Sum(_pinned);
                _flat.copy_(_pinned);
            }
            foreach (var ((_, slice), gradient) in _parts.Zip(gradients))
                gradient?.copy_(slice);
        }

        public void Dispose()
        {
            foreach (var (_, slice) in _parts)
                slice.Dispose();
            _flat.Dispose();
            _pinned?.Dispose();
        }
    }
}
