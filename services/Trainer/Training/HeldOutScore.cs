using FaceMix.Datasets;
using FaceMix.Evaluation;
using FaceMix.Imaging;
using FaceMix.Latents;
using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>One number for a run's averaged weights, on the same held-out faces each time. Measuring changes nothing that a step depends on.</summary>
public sealed class HeldOutScore : IDisposable
{
    // Enough to tell two moments of a run apart, and a second's work beside the minute between checkpoints.
    private const int Faces = 256;
    private const int Some = 32;
    private const ulong NoiseSeed = 0x53434F5245UL;

    private readonly TrainingRun _run;
    private readonly FaceModel _averaged;
    private readonly VaeLoss _loss;
    private readonly byte[] _faces;

    /// <param name="run">Its averaged weights are measured.</param>
    /// <param name="heldOut">Faces that no step sees.</param>
    public HeldOutScore(TrainingRun run, IFaceSource heldOut)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(heldOut);
        _run = run;
        _averaged = new FaceModel(run.Preset.Model, run.Device);
        _loss = new VaeLoss(run.Preset.Loss, _averaged.Network.Range);
        _faces = heldOut.ReadSpread(Math.Min(Faces, heldOut.Count));
    }

    /// <summary>The metric's value now.</summary>
    public double Of(BestMetric metric)
    {
        using var noGrad = no_grad();
        _run.Average.CopyTo(_averaged);
        _averaged.eval();
        var size = _run.Preset.Model.ImageSize;
        var bytes = size * size * 3;
        var count = _faces.Length / bytes;
        var given = new byte[_faces.Length];
        double loss = 0;
        for (var first = 0; first < count; first += Some)
        {
            using var scope = NewDisposeScope();
            var some = Math.Min(Some, count - first);
            var part = _faces.AsSpan(first * bytes, some * bytes).ToArray();
            var target = Pixels.ToTensor(part, some, _averaged, _run.Device);
            if (metric == BestMetric.Loss)
            {
                loss += LossOf(target, first) * some / count;
                continue;
            }
            var (mean, _) = _averaged.Encode(target);
            var pictures = Pixels.ToBytes(_averaged.Picture(mean), _averaged.Network.Range);
            pictures.CopyTo(given, first * bytes);
        }
        // A grey network gives back grey: it is compared with what it was shown.
        var originals = _run.Preset.Model.Channels == 1 ? Grey(_faces) : _faces;
        return metric switch
        {
            BestMetric.Loss => loss,
            BestMetric.Mse => Math.Pow(10, -Psnr.Of(given, originals) / 10),
            BestMetric.PsnrDb => Psnr.Of(given, originals),
            BestMetric.Ssim => StructuralSimilarity.Of(given, originals, size).Ssim,
            BestMetric.MsSsim => StructuralSimilarity.Of(given, originals, size).MsSsim,
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is nothing to measure."),
        };
    }

    public void Dispose() => _averaged.Dispose();

    // At the end of a run's schedules, so that values of different moments can be compared.
    private double LossOf(Tensor target, int first)
    {
        var noise = Noise.Normal(NoiseSeed, first, (int)target.shape[0] * _run.Preset.Model.Latent);
        var output = _averaged.call(target, Devices.Send(tensor(noise, [target.shape[0], _run.Preset.Model.Latent]), _run.Device));
        return _loss.Compute(output, target, progress: 1, epoch: int.MaxValue).Total.to(ScalarType.Float64).item<double>();
    }

    private static byte[] Grey(byte[] rgb)
    {
        byte[] grey = [.. rgb];
        Luminance.Apply(grey);
        return grey;
    }
}
