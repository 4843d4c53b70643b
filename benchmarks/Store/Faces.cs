using FaceMix.Latents.V1;

namespace FaceMix.Benchmarks.Store;

/// <summary>Made-up latents with made-up attributes, the same in every run.</summary>
internal static class Faces
{
    private const int BatchSize = 1000;

    public static string[] Attributes { get; } = [.. Enumerable.Range(0, 40).Select(i => $"Attribute_{i}")];

    /// <summary>As requests of a thousand, for a version that is filled in later.</summary>
    public static List<AddLatentsRequest> Of(int rows, int size) =>
        [.. Latents(rows, size).Chunk(BatchSize).Select(chunk => new AddLatentsRequest { Attributes = { Attributes }, Latents = { chunk } })];

    private static IEnumerable<NewLatent> Latents(int rows, int size)
    {
        var random = new Random(1);
        for (var i = 0; i < rows; i++)
        {
            var values = new float[size];
            for (var k = 0; k < size; k++)
                values[k] = (random.NextSingle() * 6) - 3;
            yield return new NewLatent
            {
                Source = $"bench/{i}",
                Latent = new Latent { Values = { values } },
                // A quarter of the bits: features are rarer than not.
                AttributeMask = (ulong)random.NextInt64(1L << 40) & (ulong)random.NextInt64(1L << 40),
                Provenance = Provenance.Synthetic,
            };
        }
    }
}
