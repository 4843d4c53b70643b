using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Networks;

/// <summary>One named array of a model.</summary>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Values">Row-major.</param>
public sealed record Weight(IReadOnlyList<long> Shape, float[] Values);

/// <summary>A model's parameters and running statistics by name, as plain arrays: what <c>weights.safetensors</c> holds.</summary>
public sealed class Weights(IReadOnlyDictionary<string, Weight> values)
{
    public IReadOnlyDictionary<string, Weight> Values { get; } = values;

    /// <exception cref="KeyNotFoundException">There is no such array.</exception>
    public Weight this[string name] =>
        Values.TryGetValue(name, out var weight) ? weight : throw new KeyNotFoundException($"The weights hold no \"{name}\".");

    /// <summary>Copies every floating-point parameter and buffer.</summary>
    public static Weights Of(nn.Module model)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Of(Floating(model));
    }

    /// <summary>Copies arrays that stand for a model's, such as an average of them.</summary>
    public static Weights Of(IEnumerable<(string Name, Tensor Values)> arrays)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return new(arrays.ToDictionary(pair => pair.Name, pair => new Weight([.. pair.Values.shape], Read(pair.Values))));
    }

    /// <exception cref="ModelStoreException">The file is damaged or of another kind.</exception>
    public static Weights Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return new(file.Tensors.Values
            .Where(entry => entry.Type == SafetensorsType.Float32)
            .ToDictionary(entry => entry.Name, entry => new Weight(entry.Shape, file.ReadFloat32(entry.Name, [.. entry.Shape]))));
    }

    public void Save(string path, IReadOnlyDictionary<string, string>? notes = null) =>
        SafetensorsWriter.Write(path, Values.Select(pair => SafetensorsTensor.Of(pair.Key, pair.Value.Shape, pair.Value.Values)), notes);

    /// <summary>Puts the arrays into a model of the same shape.</summary>
    /// <exception cref="InvalidDataException">An array is missing or has another shape.</exception>
    public void CopyTo(nn.Module model)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in Floating(model))
        {
            if (!Values.TryGetValue(name, out var weight))
                throw new InvalidDataException($"The weights have no \"{name}\"; the model's is [{string.Join(", ", tensor.shape)}].");
            if (!weight.Shape.SequenceEqual(tensor.shape))
                throw new InvalidDataException($"The weights do not fit the model at \"{name}\", which is [{string.Join(", ", tensor.shape)}] and not [{string.Join(", ", weight.Shape)}].");
            tensor.copy_(torch.tensor(weight.Values, [.. weight.Shape]));
        }
    }

    /// <summary>Parameters and floating-point buffers by name; a count of batches is neither averaged nor needed.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Floating(nn.Module model)
    {
        foreach (var (name, parameter) in model.named_parameters())
            yield return (name, parameter);
        foreach (var (name, buffer) in model.named_buffers())
        {
            if (buffer.dtype == ScalarType.Float32)
                yield return (name, buffer);
        }
    }

    private static float[] Read(Tensor tensor) => tensor.detach().cpu().contiguous().data<float>().ToArray();
}
