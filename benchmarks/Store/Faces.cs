using FaceMix.Common.V1;
using FaceMix.Latents.V1;

namespace FaceMix.Benchmarks.Store;

/// <summary>Made-up latents with made-up attributes, the same in every run.</summary>
internal static class Faces
{
    private const int BatchSize = 1000;

    /// <summary>The first 40 are as frequent as a quarter; the last one is on one face of a hundred.</summary>
    public static string[] Attributes { get; } = [.. Enumerable.Range(0, 41).Select(i => $"Attribute_{i}")];

    /// <summary>As messages of a thousand rows.</summary>
    /// <param name="rows">How many faces.</param>
    /// <param name="size">Numbers in each.</param>
    /// <param name="seed">Another seed gives other latents under the same names.</param>
    public static List<AddLatentsRequest> Of(int rows, int size, int seed = 1) =>
        [.. Latents(rows, size, seed).Chunk(Math.Min(BatchSize, 3_000_000 / (4 * size))).Select(chunk => new AddLatentsRequest { Rows = new() { Latents = { chunk } } })];

    private static IEnumerable<NewLatent> Latents(int rows, int size, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < rows; i++)
        {
            var values = new float[size];
            for (var k = 0; k < size; k++)
                values[k] = (random.NextSingle() * 6) - 3;
            yield return new NewLatent
            {
                Source = $"bench/{i}",
                Latent = new Latent { Values = { values }, Provenance = Provenance.Synthetic },
                Has = ((ulong)random.NextInt64(1L << 40) & (ulong)random.NextInt64(1L << 40)) | (i % 100 == 7 ? 1UL << 40 : 0),
                Known = (1UL << 41) - 1,
            };
        }
    }
}
