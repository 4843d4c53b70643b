using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FaceMix.Torch;

/// <summary>What one step of Adam needs to know; the layout is FmAdam's in native/torch.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamStep
{
    public double Rate, Beta1, Beta2, Epsilon, Decay;
    public int Decoupled, Maximize;
}

/// <summary>What Adam keeps of a parameter.</summary>
internal interface IAdamState
{
    long Steps { get; set; }

    Tensor Mean { get; }

    Tensor Square { get; }

    Tensor? Largest { get; }
}

/// <summary>An Adam whose step can be recorded (see <see cref="FixedStep"/>).</summary>
internal interface IFixedAdam
{
    void Step(Tensor rate, Tensor step, Tensor taken);
}

internal static class FusedAdam
{
    /// <summary>
    /// A step of all parameters of a group that have a gradient, in one native call: memory is passed over once, where
    /// an operator at a time would pass over it a dozen times.
    /// </summary>
    /// <param name="parameters">The group's.</param>
    /// <param name="states">What is kept of each, in their order.</param>
    /// <param name="largest">Whether the step divides by the largest mean square so far (AMSGrad).</param>
    /// <param name="step">Rates.</param>
    public static unsafe void Run(IReadOnlyList<Parameter> parameters, IReadOnlyList<IAdamState> states, bool largest, AdamStep step)
    {
        var count = parameters.Count;
        var handles = new nint[4 * count];
        var steps = new long[count];
        for (var i = 0; i < count; i++)
        {
            handles[i] = parameters[i].Handle;
            handles[count + i] = states[i].Mean.Handle;
            handles[(2 * count) + i] = states[i].Square.Handle;
            handles[(3 * count) + i] = largest ? states[i].Largest!.Handle : 0;
            steps[i] = states[i].Steps;
        }
        fixed (nint* first = handles)
        fixed (long* counts = steps)
        {
            if (Library.fm_adam(first, first + count, first + (2 * count), largest ? first + (3 * count) : null, counts, count, &step) != 0) Fail(parameters, states);
        }
        for (var i = 0; i < count; i++) states[i].Steps = steps[i];
        GC.KeepAlive((parameters, states));
    }

    /// <summary>The same with numbers that are tensors; the states' counts of steps stay as they are.</summary>
    public static unsafe void RunFixed(IReadOnlyList<Parameter> parameters, IReadOnlyList<IAdamState> states, AdamStep options, Tensor rate, Tensor step, Tensor taken)
    {
        var count = parameters.Count;
        var handles = new nint[3 * count];
        for (var i = 0; i < count; i++)
        {
            handles[i] = parameters[i].Handle;
            handles[count + i] = states[i].Mean.Handle;
            handles[(2 * count) + i] = states[i].Square.Handle;
        }
        fixed (nint* first = handles)
            if (Library.fm_fixed_adam(first, first + count, first + (2 * count), count, rate.Handle, step.Handle, taken.Handle, &options) != 0) Fail(parameters, states);
        GC.KeepAlive((parameters, states, rate, step, taken));
    }

    // Names the parameters that do not fit what is kept of them; where all do, all of them.
    private static void Fail(IReadOnlyList<Parameter> parameters, IReadOnlyList<IAdamState> states)
    {
        var message = Library.LastError();
        using var scope = NewDisposeScope();
        var given = parameters.Zip(states, (parameter, state) => (Parameter: parameter, Gradient: parameter.grad, state.Mean)).Where(each => each.Gradient is not null).ToList();
        var odd = given.Where(each => !Alike(each.Parameter, each.Gradient!) || !Alike(each.Parameter, each.Mean)).ToList();
        var described = (odd.Count > 0 ? odd : given).Select(each => $"{((Arg)each.Parameter).Describe()} with a gradient {((Arg)each.Gradient).Describe()} and means {((Arg)each.Mean).Describe()}");
        if (odd.Any(each => each.Parameter.dtype != each.Mean.dtype))
            message = $"a parameter's type or device has changed since the optimizer was made ({message.Split('\n')[0]})";
        throw new TorchException("Adam.step", string.Join(", ", described), message);
    }

    private static bool Alike(Tensor one, Tensor other) => one.dtype == other.dtype && one.shape.SequenceEqual(other.shape);
}
