using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>
/// What a forward pass changes by itself: batch norm's running statistics and spectral norm's vectors. A step that is left out
/// gives them back, since one number that is not finite would stay in a running mean for ever.
/// </summary>
internal sealed class ForwardState
{
    private readonly List<(Tensor Buffer, Tensor Before)> _buffers;

    /// <param name="model">Before its forward pass; the copies belong to the scope at hand.</param>
    public ForwardState(nn.Module model)
    {
        using var noGrad = no_grad();
        _buffers = [.. model.buffers().Select(buffer => (buffer, buffer.clone()))];
    }

    public void Restore()
    {
        using var noGrad = no_grad();
        foreach (var (buffer, before) in _buffers)
            buffer.copy_(before);
    }
}
