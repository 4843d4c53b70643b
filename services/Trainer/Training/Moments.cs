using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>What Adam, of either kind, remembers of one parameter; the tensors are its own.</summary>
internal sealed class Moments
{
    private readonly OptimizerState? _state;

    private Moments(OptimizerState state) => _state = state;

    public Tensor Mean => _state is AdamW.State decoupled ? decoupled.exp_avg : ((Adam.State)_state!).exp_avg;

    public Tensor Square => _state is AdamW.State decoupled ? decoupled.exp_avg_sq : ((Adam.State)_state!).exp_avg_sq;

    public long Steps
    {
        get => _state is AdamW.State decoupled ? decoupled.step : ((Adam.State)_state!).step;
        set
        {
            if (_state is AdamW.State decoupled)
                decoupled.step = value;
            else
                ((Adam.State)_state!).step = value;
        }
    }

    /// <summary>Of every parameter, in the optimizer's order.</summary>
    public static IEnumerable<Moments> Of(OptimizerHelper optimizer) =>
        optimizer.state_dict().State.Select(state => new Moments(state));
}
