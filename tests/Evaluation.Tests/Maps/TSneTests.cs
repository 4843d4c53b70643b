using FaceMix.Evaluation.Maps;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Evaluation.Maps;

public sealed class TSneTests
{
    private const int Heap = 60;
    private const int Width = 12;

    [Fact]
    public void Heaps_of_latents_are_heaps_on_the_map()
    {
        var points = TSne.Map(Heaps(), Width, 3);

        var right = 0;
        for (var i = 0; i < 3 * Heap; i++)
        {
            var nearest = Enumerable.Range(0, 3 * Heap).Where(j => j != i).MinBy(j => Math.Pow(points[2 * i] - points[2 * j], 2) + Math.Pow(points[(2 * i) + 1] - points[(2 * j) + 1], 2));
            right += nearest / Heap == i / Heap ? 1 : 0;
        }
        Assert.Equal(3 * Heap, right);
        Assert.True(Gap(points) > 1.5, $"the heaps are only {Gap(points)} times as far apart as they are wide");
    }

    [Fact]
    public void The_same_latents_give_the_same_map() => Assert.Equal(TSne.Map(Heaps(), Width, 3), TSne.Map(Heaps(), Width, 3));

    [Fact]
    public void More_points_than_can_be_waited_for_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TSne.Map(new float[(TSne.MostPoints + 1) * 2], 2, 1));

    private static float[] Heaps()
    {
        var z = Noise.Normal(2, 0, 3 * Heap * Width);
        for (var i = 0; i < z.Length; i++)
            z[i] += i / Width / Heap == i % Width ? 12 : 0;
        return z;
    }

    // Least distance between two heaps' centres over the largest mean distance from a centre.
    private static double Gap(double[] points)
    {
        var heaps = points.Chunk(2).Chunk(Heap).ToArray();
        var centres = heaps.Select(heap => (X: heap.Average(p => p[0]), Y: heap.Average(p => p[1]))).ToArray();
        var width = heaps.Zip(centres, (heap, centre) => heap.Average(p => Math.Sqrt(Math.Pow(p[0] - centre.X, 2) + Math.Pow(p[1] - centre.Y, 2)))).Max();
        double Apart(int a, int b) => Math.Sqrt(Math.Pow(centres[a].X - centres[b].X, 2) + Math.Pow(centres[a].Y - centres[b].Y, 2));
        return Math.Min(Apart(0, 1), Math.Min(Apart(1, 2), Apart(0, 2))) / width;
    }
}
