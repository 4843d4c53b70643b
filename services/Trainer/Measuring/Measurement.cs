using FaceMix.Datasets;
using FaceMix.Evaluation;
using FaceMix.Trainer.Export;

namespace FaceMix.Trainer.Measuring;

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
    private const int SimilarityFaces = 1000;
    private const int SomeFaces = 256;

    /// <summary>Posterior means of the held-out faces, [HeldOut, latent].</summary>
    public required float[] Mean { get; init; }

    /// <summary>Their log-variances.</summary>
    public required float[] Logvar { get; init; }

    /// <summary>SSIM and MS-SSIM of the first thousand reconstructions.</summary>
    public required Similarity Similarity { get; init; }

    /// <summary>What each number of the latent carries.</summary>
    public required LatentFacts Latents { get; init; }

    /// <summary>Mean squared error with pixels in 0..1, averaged over all of them: the convention of the published numbers.</summary>
    public double Mse => Math.Pow(10, -PsnrDb / 10);

    public static Measurement Of(OnnxFaces model, FaceData data, int heldOut)
    {
        var originals = data.HeldOut.ReadSpread(Math.Min(heldOut, data.HeldOut.Count));
        var (mean, logvar) = model.Encode(originals);
        var reconstructions = model.Decode(mean);
        var count = mean.Length / model.Latent;
        var compared = Math.Min(count, SimilarityFaces) * model.ImageSize * model.ImageSize * 3;
        var latents = LatentFacts.Of(mean, logvar, model.Latent);
        return new Measurement(
            Psnr.Of(reconstructions, originals), Psnr.OfConstant(MeanPicture(data.Training), originals), latents.KlNats.Sum(), count, originals, reconstructions)
        {
            Mean = mean,
            Logvar = logvar,
            Similarity = StructuralSimilarity.Of(reconstructions[..compared], originals[..compared], model.ImageSize),
            Latents = latents,
        };
    }

    /// <summary>Latents of the faces that <see cref="FaceSourceExtensions.ReadSpread(IFaceSource, int)"/> reads, without holding all pictures at once.</summary>
    public static (float[] Mean, float[] Logvar) Encode(OnnxFaces model, IFaceSource source, int count, IProgress<(int Done, int Total)>? progress = null)
    {
        var (means, logvars) = (new float[count * model.Latent], new float[count * model.Latent]);
        for (var first = 0; first < count; first += SomeFaces)
        {
            var (mean, logvar) = model.Encode(source.ReadSpread(count, first, Math.Min(SomeFaces, count - first)));
            mean.CopyTo(means, first * model.Latent);
            logvar.CopyTo(logvars, first * model.Latent);
            progress?.Report((Math.Min(first + SomeFaces, count), count));
        }
        return (means, logvars);
    }

    private static double[] MeanPicture(IFaceSource source)
    {
        var count = Math.Min(MeanPictureFaces, source.Count);
        var rgb = source.ReadSpread(count);
        var mean = new double[source.Size * source.Size * 3];
        for (var i = 0; i < rgb.Length; i++)
            mean[i % mean.Length] += (double)rgb[i] / count;
        return mean;
    }
}
