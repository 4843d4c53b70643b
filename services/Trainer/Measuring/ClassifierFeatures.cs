using FaceMix.Evaluation;
using FaceMix.Networks;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Measuring;

/// <summary>The last hidden layer of a judge: what it knows of a face before it answers.</summary>
/// <param name="judge">Trained; stays the caller's.</param>
/// <param name="name">Names the judge's training data.</param>
public sealed class ClassifierFeatures(Judge judge, string name) : IFeatureNetwork
{
    private const int Some = 200;

    public string Name => name;

    public int Width => Judge.Features;

    public float[] Features(ReadOnlySpan<byte> rgb, int size)
    {
        var bytes = size * size * 3;
        var count = rgb.Length / bytes;
        var features = new float[count * Width];
        judge.eval();
        var device = Devices.Of(judge);
        using var noGrad = no_grad();
        for (var first = 0; first < count; first += Some)
        {
            using var scope = NewDisposeScope();
            var some = Math.Min(Some, count - first);
            var part = judge.Look(Pixels.ToTensor(rgb.Slice(first * bytes, some * bytes).ToArray(), some, size, device));
            part.cpu().contiguous().data<float>().ToArray().CopyTo(features, first * Width);
        }
        return features;
    }

    public void Dispose()
    {
    }
}
