using FaceMix.Decoder.Batching;
using FaceMix.Decoder.Models;
using FaceMix.Latents;

namespace FaceMix.Decoder.Pictures;

/// <summary>One decoded, encoded face.</summary>
/// <param name="Data">The encoded bytes.</param>
/// <param name="Latent">What was decoded, [latent].</param>
/// <param name="Seed">The seed that gives this latent; null where no randomness was involved.</param>
public readonly record struct Face(byte[] Data, float[] Latent, ulong? Seed);

/// <summary>Makes pictures: latents first, then one trip through the batch queue, then encoding.</summary>
public sealed class Faces(BatchQueue queue)
{
    // JavaScript keeps whole numbers exact up to here, and the page shows and repeats the seed.
    private const long MaxAnySeed = 1L << 53;

    public static ulong AnySeed() => (ulong)Random.Shared.NextInt64(MaxAnySeed);

    /// <summary>Draws <paramref name="count"/> faces; face i depends on seed + i and not on the others.</summary>
    /// <param name="model">The caller holds a reference.</param>
    /// <param name="seed">Any; seed + i wraps around.</param>
    /// <param name="count">1 or more.</param>
    /// <param name="temperature">Scales the spread of the latents.</param>
    /// <param name="encoding">How the pictures are encoded.</param>
    /// <param name="cancellationToken">Fires when the caller has left.</param>
    /// <exception cref="RefusedException">The queue is full, or closed because the service stops.</exception>
    public async Task<IReadOnlyList<Face>> GenerateAsync(
        LoadedModel model, ulong seed, int count, double temperature, PictureEncoding encoding, CancellationToken cancellationToken)
    {
        var latents = LatentSampler.DrawMany(seed, count, model.LatentSize, model.Density, temperature);
        var faces = await DecodeAsync(model, latents, count, encoding, cancellationToken);
        return [.. faces.Select((face, i) => face with { Seed = seed + (ulong)i })];
    }

    /// <summary>Mixes two latents, one face per weight.</summary>
    /// <inheritdoc cref="GenerateAsync"/>
    public Task<IReadOnlyList<Face>> InterpolateAsync(
        LoadedModel model, float[] from, float[] to, float[] weights, bool spherical, PictureEncoding encoding, CancellationToken cancellationToken)
    {
        var latents = new float[weights.Length * model.LatentSize];
        for (var i = 0; i < weights.Length; i++)
        {
            var latent = latents.AsSpan(i * model.LatentSize, model.LatentSize);
            if (spherical)
                LatentMixing.Spherical(from, to, weights[i], latent);
            else
                LatentMixing.Linear(from, to, weights[i], latent);
        }
        return DecodeAsync(model, latents, weights.Length, encoding, cancellationToken);
    }

    /// <summary>Decodes latents, [count, latent].</summary>
    /// <inheritdoc cref="GenerateAsync"/>
    public async Task<IReadOnlyList<Face>> DecodeAsync(
        LoadedModel model, float[] latents, int count, PictureEncoding encoding, CancellationToken cancellationToken)
    {
        var parts = await queue.DecodeAsync(model, latents, count, cancellationToken);
        try
        {
            var pixels = parts.SelectMany(part => Enumerable.Range(0, part.Count).Select(i => part[i])).ToList();
            var faces = new Face[count];
            await EncodeAllAsync(count, cancellationToken, i =>
            {
                var latent = latents.AsSpan(i * model.LatentSize, model.LatentSize).ToArray();
                faces[i] = new Face(encoding.Encode(pixels[i].Span, model.ImageSize, model.ImageSize), latent, null);
            });
            return faces;
        }
        finally
        {
            foreach (var part in parts)
                part.Dispose();
        }
    }

    // One picture is encoded where we are: handing it over would cost more than it brings.
    private static Task EncodeAllAsync(int count, CancellationToken cancellationToken, Action<int> encode)
    {
        if (count == 1)
        {
            encode(0);
            return Task.CompletedTask;
        }
        return Parallel.ForAsync(0, count, cancellationToken, (i, _) =>
        {
            encode(i);
            return ValueTask.CompletedTask;
        });
    }
}
