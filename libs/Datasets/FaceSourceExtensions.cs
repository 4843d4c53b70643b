using FaceMix.Latents;

namespace FaceMix.Datasets;

/// <summary>Some faces of a source, spread evenly over it, so that a source in order (by person, by class) is seen as a whole.</summary>
public static class FaceSourceExtensions
{
    /// <summary>Pictures of <paramref name="count"/> faces.</summary>
    /// <param name="source">The faces.</param>
    /// <param name="count">At most as many as the source holds: then they are the first ones.</param>
    /// <returns>uint8 [count, Size, Size, 3].</returns>
    public static byte[] ReadSpread(this IFaceSource source, int count) => source.ReadSpread(count, 0, count);

    /// <summary>Some of the pictures that <see cref="ReadSpread(IFaceSource, int)"/> gives, for when all of them take too much memory.</summary>
    /// <param name="source">The faces.</param>
    /// <param name="count">How many the whole would be.</param>
    /// <param name="first">The first of them to read.</param>
    /// <param name="some">How many to read.</param>
    public static byte[] ReadSpread(this IFaceSource source, int count, int first, int some)
    {
        ArgumentNullException.ThrowIfNull(source);
        var bytes = source.Size * source.Size * 3;
        var rgb = new byte[(long)some * bytes];
        for (var i = 0; i < some; i++)
            source.Read(PlaceOf(source, first + i, count), rgb.AsSpan(i * bytes, bytes));
        return rgb;
    }

    /// <summary>Attributes of the faces that <see cref="ReadSpread(IFaceSource, int)"/> reads.</summary>
    public static AttributeMask[] AttributesSpread(this IFaceSource source, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        return [.. Enumerable.Range(0, count).Select(i => source.Attributes(PlaceOf(source, i, count)))];
    }

    private static int PlaceOf(IFaceSource source, int i, int count) => (int)((long)i * source.Count / count);
}
