using System.Globalization;
using FaceMix.Evaluation;
using FaceMix.Latents;
using FaceMix.Trainer.Export;

namespace FaceMix.Trainer.Measuring;

/// <summary>What a denoising autoencoder is worth: how much closer its answer is to the clean picture than the noisy one it saw.</summary>
public static class Denoising
{
    private const int Pictures = 500;

    private static readonly double[] s_shares = [0.5, 1, 1.5];

    /// <param name="faces">The model's files.</param>
    /// <param name="originals">Clean pictures, uint8 [N, H, W, 3].</param>
    /// <param name="trained">Deviation of the noise it was trained with, in parts of the pixel range; half, once and one and a half times that is measured.</param>
    /// <param name="grey">The noise is the same in all three channels.</param>
    /// <param name="seed">Decides the noise.</param>
    /// <returns>Gain in PSNR in dB by a metric's name, such as <c>denoising_gain_db_at_0.25</c>.</returns>
    public static IReadOnlyDictionary<string, double> Gains(OnnxFaces faces, byte[] originals, double trained, bool grey, ulong seed)
    {
        var bytes = faces.ImageSize * faces.ImageSize * 3;
        var clean = originals[..(Math.Min(Pictures, originals.Length / bytes) * bytes)];
        var gains = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var level in s_shares.Select(share => share * trained))
        {
            var noisy = Spoil(clean, level, grey, seed);
            var answers = faces.Decode(faces.Encode(noisy).Mean);
            var name = $"denoising_gain_db_at_{level.ToString("0.###", CultureInfo.InvariantCulture)}";
            gains[name] = Math.Round(Psnr.Of(answers, clean) - Psnr.Of(noisy, clean), 3);
        }
        return gains;
    }

    private static byte[] Spoil(byte[] clean, double deviation, bool grey, ulong seed)
    {
        var noise = Noise.Normal(seed, (long)(deviation * 1000), grey ? clean.Length / 3 : clean.Length);
        var noisy = new byte[clean.Length];
        for (var i = 0; i < clean.Length; i++)
            noisy[i] = (byte)Math.Clamp(Math.Round(clean[i] + (noise[grey ? i / 3 : i] * deviation * 255)), 0, 255);
        return noisy;
    }
}
