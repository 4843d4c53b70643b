using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>The wall behind: one colour, a little brighter where the light comes from.</summary>
internal readonly struct WallPaint(Vector3 colour, Vector3 light) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        result = colour * (0.97f + 0.07f * (x * light.X + y * light.Y));
        return 1f;
    }
}

/// <summary>A soft spot of colour: a blush, a shadow, a highlight.</summary>
internal readonly struct SpotPaint(float centreX, float centreY, float radiusX, float radiusY, Vector3 colour, float strength) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        result = colour;
        return strength * Shape.Spot((x - centreX) / radiusX, (y - centreY) / radiusY);
    }
}

/// <summary>An ellipse, lit as a ball when <paramref name="round"/> is above 0.</summary>
internal readonly struct BallPaint(float centreX, float centreY, float radiusX, float radiusY, Vector3 colour, Vector3 light, float round) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        var dx = x - centreX;
        var dy = y - centreY;
        var lit = dx / radiusX * light.X + dy / radiusY * light.Y;
        result = colour * (1f + round * lit);
        return Shape.Cover(Shape.Ellipse(dx, dy, radiusX, radiusY), pixel);
    }
}

/// <summary>A rounded box with a gradient from top to bottom.</summary>
internal readonly struct BoxPaint(float centreX, float centreY, float halfX, float halfY, float corner, Vector3 top, Vector3 bottom) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        var dy = y - centreY;
        result = Palette.Mix(top, bottom, Shape.Clamp01(0.5f + 0.5f * dy / halfY));
        return Shape.Cover(Shape.Box(x - centreX, dy, halfX, halfY, corner), pixel);
    }
}

/// <summary>
/// A bent stroke: its middle line is the parabola y = bend·(x/half)², its thickness tapers towards both ends. Brows, lids, moustaches, lines.
/// </summary>
internal readonly struct StrokePaint(
    float centreX, float centreY, float half, float bend, float tilt, float thickness, float taper, Vector3 colour, float strength, float soft) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        result = colour;
        var dx = x - centreX;
        var q = dx / half;
        var square = q * q;
        var slope = 2f * bend * q / half + tilt;
        var d = MathF.Abs(y - centreY - bend * square - tilt * dx) / MathF.Sqrt(1f + slope * slope);
        var left = 1f - taper * square;
        d -= thickness * (left > 0.05f ? left : 0.05f);
        var end = MathF.Abs(dx) - half;
        if (end > d)
            d = end;
        return strength * Shape.Clamp01(0.5f - d / (pixel + soft));
    }
}

/// <summary>A ring of even thickness along a rounded box or an ellipse: frames of glasses.</summary>
internal readonly struct RingPaint(float centreX, float centreY, float halfX, float halfY, float corner, float thickness, Vector3 colour) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        result = colour;
        var d = MathF.Abs(Shape.Box(x - centreX, y - centreY, halfX, halfY, corner)) - thickness;
        return Shape.Cover(d, pixel);
    }
}

/// <summary>The glass in a frame: a faint sheen that runs across it.</summary>
internal readonly struct GlassPaint(float centreX, float centreY, float halfX, float halfY, float corner) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        result = new Vector3(0.93f, 0.97f, 1f);
        var dx = x - centreX;
        var dy = y - centreY;
        var alpha = Shape.Cover(Shape.Box(dx, dy, halfX, halfY, corner), pixel);
        if (alpha <= 0f)
            return 0f;
        var across = (dx + 0.8f * dy) / halfX + 0.55f;
        return alpha * (0.08f + 0.22f * Shape.Step(0.32f, 0.10f, MathF.Abs(across)));
    }
}
