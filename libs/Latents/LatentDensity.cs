using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;

namespace FaceMix.Latents;

/// <param name="Weight">Its share of the latents, 0 to 1.</param>
/// <param name="Mean">[latent].</param>
/// <param name="Cholesky">[latent, latent], lower-triangular, row by row.</param>
public sealed record GaussianComponent(float Weight, float[] Mean, float[] Cholesky);

/// <summary>
/// The Gaussian that was fitted to a model's latents, z = Mean + Cholesky·ε, and where several Gaussians explain them better, that
/// mixture. A weakly weighted KL leaves the latents far from the standard normal prior, so faces drawn from the fit are likelier.
/// </summary>
/// <param name="Mean">[latent].</param>
/// <param name="Cholesky">[latent, latent], lower-triangular, row by row.</param>
public sealed record LatentDensity(float[] Mean, float[] Cholesky)
{
    /// <summary>A file with more components is refused.</summary>
    public const int MaxComponents = 64;

    private const double WeightsTolerance = 1e-3;

    /// <summary>Latents are drawn from these instead, if there are any.</summary>
    public IReadOnlyList<GaussianComponent> Mixture { get; init; } = [];

    /// <summary>Length of a latent.</summary>
    public int LatentSize => Mean.Length;

    /// <exception cref="ModelStoreException">
    /// A tensor is missing, has another shape, is not finite or not lower-triangular, or the mixture's weights do not sum to 1.
    /// </exception>
    public static LatentDensity Read(string path, int latentSize)
    {
        using var file = SafetensorsFile.Open(path);
        var mean = ReadMeans(file, path, "mean", latentSize);
        var cholesky = file.ReadFloat32("cholesky", latentSize, latentSize);
        CheckFactor(path, "cholesky", cholesky, latentSize);
        return new LatentDensity(mean, cholesky)
        {
            Mixture = file.Tensors.TryGetValue("weights", out var weights) ? ReadMixture(file, path, weights, latentSize) : [],
        };
    }

    /// <summary>The mixture stands beside <c>mean</c> and <c>cholesky</c> under names of its own, which older readers ignore.</summary>
    public void Write(string path)
    {
        var tensors = new List<SafetensorsTensor>
        {
            SafetensorsTensor.Of("mean", [LatentSize], Mean),
            SafetensorsTensor.Of("cholesky", [LatentSize, LatentSize], Cholesky),
        };
        if (Mixture.Count > 0)
        {
            tensors.Add(SafetensorsTensor.Of("weights", [Mixture.Count], [.. Mixture.Select(component => component.Weight)]));
            tensors.Add(SafetensorsTensor.Of("means", [Mixture.Count, LatentSize], [.. Mixture.SelectMany(component => component.Mean)]));
            tensors.Add(SafetensorsTensor.Of("choleskies", [Mixture.Count, LatentSize, LatentSize], [.. Mixture.SelectMany(component => component.Cholesky)]));
        }
        SafetensorsWriter.Write(path, tensors);
    }

    private static GaussianComponent[] ReadMixture(SafetensorsFile file, string path, SafetensorsEntry entry, int latentSize)
    {
        if (entry.Shape is not [>= 1 and <= MaxComponents])
            throw new ModelStoreException($"{path}: tensor \"weights\" must hold 1 to {MaxComponents} numbers.");
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
            return new GaussianComponent(weights[k], means[(k * latentSize)..((k + 1) * latentSize)], factor);
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
}
