using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Networks.Layers;

/// <summary>Numbers that never change, copied once to every device that asks for them, because a GPU waits for a copy out of main memory.</summary>
/// <param name="values">float32, whatever type they are asked for in.</param>
/// <param name="shape">As many; none: in one row.</param>
public sealed class Constant(float[] values, params long[] shape)
{
    private readonly ConcurrentDictionary<(DeviceType Kind, int Index, ScalarType Type), Tensor> _there = new();

    public Tensor On(Device device, ScalarType type) => _there.GetOrAdd((device.type, device.index, type), _ =>
    {
        using var scope = NewDisposeScope();
        return tensor(values, shape.Length == 0 ? [values.Length] : shape).to(type).to(device).DetachFromDisposeScope();
    });
}
