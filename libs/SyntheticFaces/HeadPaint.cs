using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>Skin in three tones, turned by the light: in the shade it gets redder, not only darker.</summary>
internal readonly struct SkinTone(Vector3 skin, Vector3 tint)
{
    public readonly Vector3 Shade = skin * new Vector3(0.62f, 0.48f, 0.45f) * tint;
    public readonly Vector3 Middle = skin * tint;
    public readonly Vector3 Bright = (skin + (Vector3.One - skin) * new Vector3(0.36f, 0.30f, 0.22f)) * tint;

    public Vector3 At(float t) => t < 0.55f
        ? Palette.Mix(Shade, Middle, Shape.Clamp01(t * (1f / 0.55f)))
        : Palette.Mix(Middle, Bright, Shape.Clamp01((t - 0.55f) * (1f / 0.45f)));
}

/// <summary>The outline of the head: an egg whose lower half narrows to the chin.</summary>
internal readonly struct HeadShape(in SyntheticFace face)
{
    public readonly float Width = face.HeadWidth, Height = face.HeadHeight;
    private readonly float _taper = 0.24f - 0.22f * face.Fullness;
    private readonly float _jaw = 0.10f + 0.16f * face.Fullness;

    /// <summary>Half width of the egg's ellipse at height y.</summary>
    public float WidthAt(float y)
    {
        if (y <= 0f)
            return Width;
        var t = y / Height;
        return Width * (1f - _taper * t * t + _jaw * t * t * Shape.Clamp01(1.6f - 1.6f * t));
    }

    public float Distance(float x, float y) => Shape.Ellipse(x, y, WidthAt(y), Height);
}

/// <summary>
/// The lit head. The normal is the ellipsoid's, flattened towards the viewer, with bumps for nose, cheeks, chin and brow
/// and hollows for the eyes; the light does the rest.
/// </summary>
internal readonly struct HeadPaint(HeadShape shape, SkinTone skin, Vector3 light, Bumps bumps, float shine) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        var alpha = Shape.Cover(shape.Distance(x, y), pixel);
        if (alpha <= 0f)
        {
            colour = default;
            return 0f;
        }

        var nx = x / shape.WidthAt(y);
        var ny = y / shape.Height;
        var r2 = nx * nx + ny * ny;
        var nz = MathF.Sqrt(r2 < 0.97f ? 1f - r2 : 0.03f);
        var flat = 0.62f + 0.38f * r2;
        nx *= flat;
        ny *= flat;
        bumps.Bend(x, y, ref nx, ref ny);
        var length = MathF.Sqrt(nx * nx + ny * ny + nz * nz);
        var lit = (nx * light.X + ny * light.Y + nz * light.Z) / length;
        var t = Shape.Clamp01((lit + 0.42f) * (1f / 1.42f));
        t = t * (0.30f + 0.62f * t);
        // The rim turns away from everything.
        var rim = 1f - nz;
        colour = skin.At(t) * (1f - 0.16f * rim * rim);

        // Half way between light and viewer: the shine of a forehead, a cheek, a bald head.
        var hx = light.X;
        var hy = light.Y;
        var hz = light.Z + 1f;
        var half = (nx * hx + ny * hy + nz * hz) / (length * MathF.Sqrt(hx * hx + hy * hy + hz * hz));
        half = half < 0f ? 0f : half * half;
        half *= half;
        half *= half;
        half *= half;
        colour += new Vector3(shine * half);
        return alpha;
    }
}

/// <summary>The face's relief: up to eight round bumps whose slopes bend the normal.</summary>
internal struct Bumps
{
    private Eight _at;
    private int _count;

    [System.Runtime.CompilerServices.InlineArray(8)]
    private struct Eight
    {
        private Bump _first;
    }

    private readonly record struct Bump(float X, float Y, float InverseX, float InverseY, float Height);

    public void Add(float x, float y, float radiusX, float radiusY, float height) =>
        _at[_count++] = new Bump(x, y, 1f / radiusX, 1f / radiusY, height);

    public readonly void Bend(float x, float y, ref float nx, ref float ny)
    {
        for (var i = 0; i < _count; i++)
        {
            ref readonly var bump = ref _at[i];
            var bx = (x - bump.X) * bump.InverseX;
            var by = (y - bump.Y) * bump.InverseY;
            var t = 1f - bx * bx - by * by;
            if (t <= 0f)
                continue;
            t *= 4f * bump.Height;
            nx += t * bx * bump.InverseX;
            ny += t * by * bump.InverseY;
        }
    }
}
