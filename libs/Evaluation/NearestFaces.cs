using FaceMix.Datasets;
using static TorchSharp.torch;

namespace FaceMix.Evaluation;

/// <param name="Index">The face's place in its source.</param>
/// <param name="Distance">Root of the mean squared difference, pixels in 0..1.</param>
public readonly record struct Neighbour(int Index, double Distance);

/// <summary>
/// For each picture the face among many that looks most like it: whoever made the pictures and had learnt faces by heart would
/// give those back. Mirrored faces count as the same face.
/// </summary>
public static class NearestFaces
{
    // Averaged down to this side: what makes a person is coarser than the noise of hair and skin.
    private const int Side = 32;
    private const int Some = 500;

    /// <param name="pictures">uint8 [N, H, W, 3].</param>
    /// <param name="among">Faces of the same size.</param>
    /// <param name="most">At most so many of them, spread evenly.</param>
    /// <returns>[N].</returns>
    public static Neighbour[] Of(byte[] pictures, IFaceSource among, int most = int.MaxValue)
    {
        using var noGrad = no_grad();
        using var outer = NewDisposeScope();
        var bytes = among.Size * among.Size * 3;
        var shown = Small(pictures, among.Size);
        shown = cat([shown, shown.flip(3)]).flatten(1); // [2N, numbers]
        var count = pictures.Length / bytes;
        var nearest = Enumerable.Repeat(new Neighbour(-1, double.MaxValue), count).ToArray();
        var places = Math.Min(most, among.Count);
        var faces = new byte[Math.Min(Some, places) * bytes];
        for (var first = 0; first < places; first += Some)
        {
            using var scope = NewDisposeScope();
            var some = Math.Min(Some, places - first);
            for (var i = 0; i < some; i++)
                among.Read(PlaceOf(first + i), faces.AsSpan(i * bytes, bytes));
            var known = Small(faces[..(some * bytes)], among.Size).flatten(1);
            // |a - b|² = |a|² - 2ab + |b|², for all pairs at once.
            var squares = (shown * shown).sum(1, keepdim: true) - (shown.matmul(known.t()) * 2) + (known * known).sum(1);
            var (least, at) = squares.min(1);
            var (values, indices) = (least.data<float>().ToArray(), at.data<long>().ToArray());
            for (var n = 0; n < values.Length; n++)
            {
                var distance = Math.Sqrt(Math.Max(0, values[n]) / shown.shape[1]);
                if (distance < nearest[n % count].Distance)
                    nearest[n % count] = new Neighbour(PlaceOf(first + (int)indices[n]), distance);
            }
        }
        return nearest;

        int PlaceOf(int i) => (int)((long)i * among.Count / places);
    }

    // [N, 3, side, side] in 0..1.
    private static Tensor Small(byte[] rgb, int size)
    {
        var pictures = Planes.Of(rgb, size);
        return (size > Side ? nn.functional.adaptive_avg_pool2d(pictures, [Side, Side]) : pictures).contiguous();
    }
}
