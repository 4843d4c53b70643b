using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>The crown of a hat: a dome cut along a bent line.</summary>
internal readonly struct CrownPaint(float radiusX, float top, float bottom, float bend, float square, Vector3 tint, Vector3 light) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        var reach = bottom - top;
        var dome = square > 0f
            ? Shape.Box(x * (1f + 0.12f * (bottom - y)), y - bottom, radiusX, reach, square)
            : Shape.Ellipse(x, y - bottom, radiusX, reach);
        var q = x / radiusX;
        var cut = y - bottom - bend * q * q;
        var alpha = Shape.Cover(dome > cut || y > bottom ? (y > bottom ? MathF.Max(cut, MathF.Abs(x) - radiusX) : dome) : cut, pixel);
        var ny = (y - bottom) / reach;
        var nz = MathF.Sqrt(Shape.Clamp01(1f - q * q - 0.6f * ny * ny));
        var lit = q * light.X + 0.7f * ny * light.Y + nz * light.Z;
        colour = tint * (0.55f + 0.62f * Shape.Clamp01(lit));
        return alpha;
    }
}

/// <summary>A band around a hat, or its brim: a bent strip, rounder where it is lit.</summary>
internal readonly struct BandPaint(float half, float centreY, float bend, float thickness, Vector3 tint, Vector3 light) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        var q = x / half;
        var dy = y - centreY - bend * q * q;
        var d = Shape.Box(x, dy, half, thickness, thickness * 0.9f);
        var up = dy / thickness;
        var nz = MathF.Sqrt(Shape.Clamp01(1f - 0.8f * q * q));
        colour = tint * (0.62f + 0.50f * Shape.Clamp01(0.9f * q * light.X + 0.45f * up * light.Y + nz * light.Z));
        return Shape.Cover(d, pixel);
    }
}
