using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;

namespace FaceMix.Decoder.Sampling;

/// <summary>
/// The Gaussian that was fitted to a model's latents: z = mean + cholesky · ε. A model's latents are seldom as
/// standard normal as its prior, so faces drawn from the fit look better than faces drawn from the prior.
/// Where the model brings a mixture of Gaussians as well, the seed chooses one of them.
/// </summary>
public sealed class LatentDensity
{
    /// <summary>More components than this are refused.</summary>
    public const int MostComponents = 64;

    // Only so that the component is another number than the noise.
    private const ulong ComponentOffset = 0x4D49585455524553UL;
    private const double WeightsTolerance = 1e-3;

    private readonly float[] _mean;
    private readonly Component[] _components;

    /// <param name="mean">[latent]</param>
    /// <param name="cholesky">[latent, latent], row-major, lower-triangular.</param>
    public LatentDensity(float[] mean, float[] cholesky)
        : this(mean, [new Component(1, mean, cholesky)])
    {
        if (cholesky.Length != mean.Length * mean.Length)
            throw new ArgumentException($"{cholesky.Length} numbers are no {mean.Length} × {mean.Length} matrix.", nameof(cholesky));
    }

    private LatentDensity(float[] mean, Component[] components)
    {
        _mean = mean;
        _components = components;
    }

    /// <summary>1, or how many Gaussians the mixture has.</summary>
    public int Components => _components.Length;

    /// <exception cref="ModelStoreException">
    /// A tensor is missing, has another shape, is not finite or not lower-triangular, or the mixture's weights are no shares of 1.
    /// </exception>
    public static LatentDensity Read(string path, int latentSize)
    {
        using var file = SafetensorsFile.Open(path);
        var mean = ReadMeans(file, path, "mean", latentSize);
        var cholesky = file.ReadFloat32("cholesky", latentSize, latentSize);
        CheckFactor(path, "cholesky", cholesky, latentSize);
        return file.Tensors.TryGetValue("weights", out var weights)
            ? new LatentDensity(mean, ReadMixture(file, path, weights, latentSize))
            : new LatentDensity(mean, cholesky);
    }

    /// <param name="seed">Chooses the component.</param>
    /// <param name="noise">ε times the temperature, [latent].</param>
    /// <param name="temperature">Scales a component's distance from the mean, too: at 0 every face is the mean face.</param>
    /// <param name="latent">Receives the latent, [latent].</param>
    internal void Shape(ulong seed, ReadOnlySpan<double> noise, double temperature, Span<float> latent)
    {
        var component = Choose(seed);
        for (var row = 0; row < latent.Length; row++)
        {
            // One after the other in double: vector sums would depend on the processor's width.
            var sum = _mean[row] + (temperature * ((double)component.Mean[row] - _mean[row]));
            for (var column = 0; column <= row; column++)
                sum += component.Factor[(row * latent.Length) + column] * noise[column];
            latent[row] = LatentSpace.Clamp(sum);
        }
    }

    private Component Choose(ulong seed)
    {
        if (_components.Length == 1)
            return _components[0];
        var unit = new SeededNormal(seed ^ ComponentOffset).NextUnit();
        foreach (var component in _components)
        {
            if ((unit -= component.Weight) < 0)
                return component;
        }
        return _components[^1];
    }

    private static Component[] ReadMixture(SafetensorsFile file, string path, SafetensorsEntry entry, int latentSize)
    {
        if (entry.Shape is not [>= 1 and <= MostComponents])
            throw new ModelStoreException($"{path}: tensor \"weights\" must hold 1 to {MostComponents} numbers.");
        var count = (int)entry.Shape[0];
        var weights = file.ReadFloat32("weights", count);
        if (!weights.All(weight => weight >= 0) || Math.Abs(weights.Sum() - 1) > WeightsTolerance)
            throw new ModelStoreException($"{path}: tensor \"weights\" must hold shares that sum to 1.");
        var means = ReadMeans(file, path, "means", count, latentSize);
        var factors = file.ReadFloat32("choleskies", count, latentSize, latentSize);
        var square = latentSize * latentSize;
        return [.. Enumerable.Range(0, count).Select(k =>
        {
            var factor = factors[(k * square)..((k + 1) * square)];
            CheckFactor(path, "choleskies", factor, latentSize);
            return new Component(weights[k], means[(k * latentSize)..((k + 1) * latentSize)], factor);
        })];
    }

    private static float[] ReadMeans(SafetensorsFile file, string path, string name, params ReadOnlySpan<long> shape)
    {
        var means = file.ReadFloat32(name, shape);
        return means.All(float.IsFinite) ? means : throw new ModelStoreException($"{path}: tensor \"{name}\" holds a number that is not finite.");
    }

    private static void CheckFactor(string path, string name, float[] factor, int latentSize)
    {
        for (var row = 0; row < latentSize; row++)
        {
            var numbers = factor.AsSpan(row * latentSize, latentSize);
            foreach (var number in numbers)
            {
                if (!float.IsFinite(number))
                    throw new ModelStoreException($"{path}: tensor \"{name}\" holds a number that is not finite in row {row}.");
            }
            if (numbers[(row + 1)..].ContainsAnyExcept(0f))
                throw new ModelStoreException($"{path}: tensor \"{name}\" is not lower-triangular in row {row}.");
        }
    }

    private sealed record Component(double Weight, float[] Mean, float[] Factor);
}
