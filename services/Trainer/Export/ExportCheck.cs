using FaceMix.Latents;
using FaceMix.Networks;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Export;

/// <summary>Compares an exported decoder with the trained one before anybody sees it.</summary>
public static class ExportCheck
{
    /// <summary>How far a pixel may be off, in 1/255: both sides round to bytes, so one is the least that can be asked.</summary>
    public const int Tolerance = 1;

    private const int Latents = 64;

    /// <summary>Decodes the same latents with both.</summary>
    /// <returns>The largest difference of any pixel, in 1/255.</returns>
    /// <exception cref="InvalidDataException">It is larger than <see cref="Tolerance"/>.</exception>
    public static int Decoder(FaceModel trained, OnnxFaces exported, ulong seed)
    {
        var z = Noise.Normal(seed, 1, Latents * exported.Latent);
        var expected = Decode(trained, z);
        var actual = exported.Decode(z);
        var worst = 0;
        for (var i = 0; i < actual.Length; i++)
            worst = Math.Max(worst, Math.Abs(actual[i] - expected[i]));
        return worst <= Tolerance
            ? worst
            : throw new InvalidDataException($"The exported decoder differs from the trained one by {worst}/255; nothing is published.");
    }

    /// <summary>Decodes latents [N, latent] with the trained model.</summary>
    /// <returns>uint8 [N, H, W, 3].</returns>
    public static byte[] Decode(FaceModel trained, float[] z)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        trained.eval();
        var latent = trained.Options.Latent;
        return Pixels.ToBytes(trained.Picture(Devices.Send(tensor(z, [z.Length / latent, latent]), Devices.Of(trained))), trained.Network.Range);
    }
}
