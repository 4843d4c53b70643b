using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>The neck: a column in the shade of the chin.</summary>
internal readonly struct NeckPaint(float centreX, float half, SkinTone skin, Vector3 light, float chinY) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        var dx = x - centreX;
        var q = dx / half;
        var lit = q * 0.75f * light.X + MathF.Sqrt(Shape.Clamp01(1f - q * q)) * light.Z;
        var t = Shape.Clamp01(0.12f + 0.52f * lit) * (0.45f + 0.55f * Shape.Step(chinY - 0.05f, chinY + 0.24f, y));
        colour = skin.At(t);
        return Shape.Cover(MathF.Abs(dx) - half - 0.10f * Shape.Square(Shape.Clamp01((y - 0.72f) * 3f)), pixel);
    }
}

/// <summary>Shoulders in plain cloth with a neckline cut into it.</summary>
internal readonly struct ShoulderPaint(float centreX, float top, float neckline, Vector3 tint, Vector3 light) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        var dx = x - centreX;
        var d = Shape.Ellipse(dx, y - top - 0.55f, 1.05f, 0.55f);
        var cut = -Shape.Ellipse(dx, y - top + 0.02f, 0.30f, neckline);
        var lit = 0.6f * dx * light.X + light.Z;
        colour = tint * (0.55f + 0.45f * lit);
        return Shape.Cover(d > cut ? d : cut, pixel);
    }
}

/// <summary>A knot and what hangs from it.</summary>
internal readonly struct TiePaint(float centreX, float top, Vector3 tint) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        var dx = MathF.Abs(x - centreX);
        var dy = y - top;
        var knot = dy < 0.11f;
        var half = knot ? 0.15f - 0.45f * dy : 0.105f + 0.5f * (dy - 0.11f);
        colour = tint * (knot ? 1.15f : 0.92f);
        var d = dx - half;
        return Shape.Cover(d > -dy ? d : -dy, pixel);
    }
}
