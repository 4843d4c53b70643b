using FaceMix.Trainer.Data;
using FaceMix.Trainer.Export;

namespace FaceMix.Trainer.Reports;

/// <summary>How well a model's files give back faces they never saw.</summary>
/// <param name="PsnrDb">Of reconstructions from the latent's mean.</param>
/// <param name="MeanPicturePsnrDb">Of the training faces' mean picture, the simplest answer there is.</param>
/// <param name="KlNats">KL divergence of the held-out faces' latents from the standard normal, summed over the latent.</param>
/// <param name="HeldOut">Faces measured.</param>
/// <param name="Originals">uint8 [HeldOut, H, W, 3].</param>
/// <param name="Reconstructions">As many.</param>
public sealed record Measurement(double PsnrDb, double MeanPicturePsnrDb, double KlNats, int HeldOut, byte[] Originals, byte[] Reconstructions)
{
    private const int MeanPictureFaces = 2000;

    public static Measurement Of(OnnxFaces model, FaceData data, int heldOut)
    {
        var originals = ReadFaces(data.HeldOut, Math.Min(heldOut, data.HeldOut.Count));
        var (mean, logvar) = model.Encode(originals);
        var reconstructions = model.Decode(mean);
        var count = mean.Length / model.Latent;
        return new Measurement(
            Psnr.Of(reconstructions, originals),
            Psnr.OfConstant(MeanPicture(data.Training), originals),
            Kl(mean, logvar) / count,
            count,
            originals,
            reconstructions);
    }

    /// <summary>The first faces of a source, or as many evenly spread ones where it holds more.</summary>
    public static byte[] ReadFaces(IFaceSource source, int count)
    {
        var bytes = source.Size * source.Size * 3;
        var rgb = new byte[(long)count * bytes];
        for (var i = 0; i < count; i++)
            source.Read((int)((long)i * source.Count / count), rgb.AsSpan(i * bytes, bytes));
        return rgb;
    }

    private static double[] MeanPicture(IFaceSource source)
    {
        var count = Math.Min(MeanPictureFaces, source.Count);
        var rgb = ReadFaces(source, count);
        var mean = new double[source.Size * source.Size * 3];
        for (var i = 0; i < rgb.Length; i++)
            mean[i % mean.Length] += (double)rgb[i] / count;
        return mean;
    }

    private static double Kl(float[] mean, float[] logvar)
    {
        double sum = 0;
        for (var i = 0; i < mean.Length; i++)
            sum += 0.5 * ((mean[i] * (double)mean[i]) + Math.Exp(logvar[i]) - logvar[i] - 1);
        return sum;
    }
}
