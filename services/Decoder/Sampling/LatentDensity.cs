using FaceMix.ModelStore;

namespace FaceMix.Decoder.Sampling;

/// <summary>
/// The Gaussian that was fitted to a model's latents: z = mean + cholesky · ε. A model's latents are seldom as
/// standard normal as its prior, so faces drawn from the fit look better than faces drawn from the prior.
/// </summary>
public sealed class LatentDensity
{
    public const string FileName = "density.safetensors";

    private readonly float[] _mean;
    private readonly float[] _cholesky;

    /// <param name="mean">[latent]</param>
    /// <param name="cholesky">[latent, latent], row-major, lower-triangular.</param>
    public LatentDensity(float[] mean, float[] cholesky)
    {
        if (cholesky.Length != mean.Length * mean.Length)
            throw new ArgumentException($"{cholesky.Length} numbers are no {mean.Length} × {mean.Length} matrix.", nameof(cholesky));
        _mean = mean;
        _cholesky = cholesky;
    }

    /// <exception cref="ModelStoreException">A tensor is missing, has another shape, is not finite or not lower-triangular.</exception>
    public static LatentDensity Read(string path, int latentSize)
    {
        using var file = SafetensorsFile.Open(path);
        var mean = file.ReadFloat32("mean", latentSize);
        var cholesky = file.ReadFloat32("cholesky", latentSize, latentSize);
        if (!mean.All(float.IsFinite))
            throw new ModelStoreException($"{path}: tensor \"mean\" holds a number that is not finite.");
        for (var row = 0; row < latentSize; row++)
        {
            var numbers = cholesky.AsSpan(row * latentSize, latentSize);
            foreach (var number in numbers)
            {
                if (!float.IsFinite(number))
                    throw new ModelStoreException($"{path}: tensor \"cholesky\" holds a number that is not finite in row {row}.");
            }
            if (numbers[(row + 1)..].ContainsAnyExcept(0f))
                throw new ModelStoreException($"{path}: tensor \"cholesky\" is not lower-triangular in row {row}.");
        }
        return new LatentDensity(mean, cholesky);
    }

    /// <param name="noise">ε, [latent].</param>
    /// <param name="latent">Becomes mean + cholesky · ε, [latent].</param>
    internal void Shape(ReadOnlySpan<double> noise, Span<float> latent)
    {
        for (var row = 0; row < latent.Length; row++)
        {
            // One after the other in double: vector sums would depend on the processor's width.
            double sum = _mean[row];
            for (var column = 0; column <= row; column++)
                sum += _cholesky[(row * latent.Length) + column] * noise[column];
            latent[row] = LatentSpace.Clamp(sum);
        }
    }
}
