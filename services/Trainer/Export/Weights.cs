using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Export;

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
        return new(Training.WeightAverage.Floating(model).ToDictionary(
            pair => pair.Name, pair => new Weight([.. pair.Tensor.shape], Read(pair.Tensor))));
    }

    /// <summary>Copies an average.</summary>
    public static Weights Of(Training.WeightAverage average)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return new(average.Averages.ToDictionary(pair => pair.Name, pair => new Weight([.. pair.Average.shape], Read(pair.Average))));
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
        foreach (var (name, tensor) in Training.WeightAverage.Floating(model))
        {
            if (!Values.TryGetValue(name, out var weight))
                throw new InvalidDataException($"The weights have no \"{name}\"; the model's is [{string.Join(", ", tensor.shape)}].");
            if (!weight.Shape.SequenceEqual(tensor.shape))
                throw new InvalidDataException($"The weights do not fit the model at \"{name}\", which is [{string.Join(", ", tensor.shape)}] and not [{string.Join(", ", weight.Shape)}].");
            tensor.copy_(torch.tensor(weight.Values, [.. weight.Shape]));
        }
    }

    private static float[] Read(Tensor tensor) => tensor.detach().cpu().contiguous().data<float>().ToArray();
}
