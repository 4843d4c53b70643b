using System.Numerics.Tensors;
using FaceMix.Latents;

namespace FaceMix.LatentStore.Memory;

/// <summary>
/// Up to <see cref="Capacity"/> faces in memory, by columns. Rows are only ever appended, and a table looks no further than its own count, so
/// that readers of older tables are not disturbed.
/// </summary>
/// <param name="latentSize">Numbers in a latent.</param>
public sealed class Segment(int latentSize)
{
    public const int Capacity = 4096;

    public long[] Ids { get; } = new long[Capacity];

    public AttributeMask[] Has { get; } = new AttributeMask[Capacity];

    public AttributeMask[] Known { get; } = new AttributeMask[Capacity];

    public int[] Datasets { get; } = new int[Capacity];

    public byte[] Provenances { get; } = new byte[Capacity];

    /// <summary>Lengths of the latents.</summary>
    public double[] Norms { get; } = new double[Capacity];

    /// <summary>[Capacity, latentSize].</summary>
    public float[] Values { get; } = GC.AllocateUninitializedArray<float>(Capacity * latentSize);

    /// <summary>Memory that a segment takes, in bytes.</summary>
    public static long BytesFor(int latentSize) => Capacity * ((latentSize * 4L) + 8 + 8 + 8 + 4 + 1 + 8);

    public ReadOnlySpan<float> Latent(int row) => Values.AsSpan(row * latentSize, latentSize);

    /// <summary>Room for the latent of a row that is being written.</summary>
    public Span<float> Room(int row) => Values.AsSpan(row * latentSize, latentSize);

    /// <summary>Copies a row of another segment.</summary>
    public void CopyFrom(Segment other, int from, int to)
    {
        Ids[to] = other.Ids[from];
        Has[to] = other.Has[from];
        Known[to] = other.Known[from];
        Datasets[to] = other.Datasets[from];
        Provenances[to] = other.Provenances[from];
        Norms[to] = other.Norms[from];
        other.Latent(from).CopyTo(Room(to));
    }

    /// <summary>Leaves nothing of a row.</summary>
    public void Wipe(int row)
    {
        (Ids[row], Has[row], Known[row], Datasets[row], Provenances[row], Norms[row]) = (0, AttributeMask.None, AttributeMask.None, 0, 0, 0);
        Room(row).Clear();
    }

    /// <summary>Computes what is derived from a row's latent, once it is written.</summary>
    public void Finish(int row)
    {
        Span<double> wide = stackalloc double[256];
        var sum = 0.0;
        for (var rest = Latent(row); rest.Length > 0; rest = rest[Math.Min(rest.Length, wide.Length)..])
        {
            var part = rest[..Math.Min(rest.Length, wide.Length)];
            TensorPrimitives.ConvertTruncating(part, wide);
            sum += TensorPrimitives.SumOfSquares<double>(wide[..part.Length]);
        }
        Norms[row] = Math.Sqrt(sum);
    }
}
