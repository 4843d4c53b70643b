using System.Numerics;
using System.Runtime.CompilerServices;

namespace FaceMix.SyntheticFaces;

/// <summary>One layer of a picture: how much of it covers a point, and in what colour.</summary>
internal interface IPaint
{
    /// <summary>Coverage in 0..1 at (x, y); an edge is <paramref name="pixel"/> wide, which is what keeps it smooth.</summary>
    float At(float x, float y, float pixel, out Vector3 colour);
}

/// <summary>
/// A square picture of floats that layers are painted on, back to front. Paints are structs, so that the compiler
/// makes one tight loop for each; only a layer's bounding box is visited. Nothing but +, -, *, / and square root is used:
/// those are exact on every machine, so the bytes are the same everywhere.
/// </summary>
internal readonly ref struct Canvas
{
    private readonly Span<Vector3> _pixels;
    private readonly int _size;

    // Picture (half widths, y down) from paper: p = centre + scale * R(roll) * q.
    private readonly float _cos, _sin, _centreX, _centreY, _scale;

    public Canvas(Span<Vector3> pixels, int size, float scale, float cos, float sin, float centreX, float centreY)
    {
        _pixels = pixels;
        _size = size;
        _scale = scale;
        _cos = cos;
        _sin = sin;
        _centreX = centreX;
        _centreY = centreY;
    }

    /// <summary>The same pixels under another placement of the paper.</summary>
    public Canvas Placed(float scale, float cos, float sin, float centreX, float centreY) =>
        new(_pixels, _size, scale, cos, sin, centreX, centreY);

    /// <summary>Paints one layer inside the box (left, top, right, bottom) of the paper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill<TPaint>(in TPaint paint, float left, float top, float right, float bottom)
        where TPaint : struct, IPaint
    {
        var size = _size;
        var step = 2f / size;
        var pixel = step / _scale;
        BoundPixels(left - pixel, top - pixel, right + pixel, bottom + pixel, out var x0, out var y0, out var x1, out var y1);
        var copy = paint;
        var ax = _cos / _scale;
        var ay = _sin / _scale;
        for (var row = y0; row <= y1; row++)
        {
            var py = (row + 0.5f) * step - 1f - _centreY;
            var line = _pixels.Slice(row * size, size);
            for (var column = x0; column <= x1; column++)
            {
                var px = (column + 0.5f) * step - 1f - _centreX;
                var alpha = copy.At(ax * px + ay * py, ax * py - ay * px, pixel, out var colour);
                if (alpha <= 0f)
                    continue;
                ref var to = ref line[column];
                to += (colour - to) * alpha;
            }
        }
    }

    private void BoundPixels(float left, float top, float right, float bottom, out int x0, out int y0, out int x1, out int y1)
    {
        var middleX = 0.5f * (left + right);
        var middleY = 0.5f * (top + bottom);
        var halfX = 0.5f * (right - left);
        var halfY = 0.5f * (bottom - top);
        var cos = MathF.Abs(_cos);
        var sin = MathF.Abs(_sin);
        var x = _centreX + _scale * (_cos * middleX - _sin * middleY);
        var y = _centreY + _scale * (_sin * middleX + _cos * middleY);
        var reachX = _scale * (cos * halfX + sin * halfY);
        var reachY = _scale * (sin * halfX + cos * halfY);
        var half = 0.5f * _size;
        x0 = Math.Max(0, (int)((x - reachX + 1f) * half) - 1);
        y0 = Math.Max(0, (int)((y - reachY + 1f) * half) - 1);
        x1 = Math.Min(_size - 1, (int)((x + reachX + 1f) * half) + 1);
        y1 = Math.Min(_size - 1, (int)((y + reachY + 1f) * half) + 1);
    }
}
