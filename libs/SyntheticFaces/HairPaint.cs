using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>The outline of the hair, and the window in it through which the face is seen.</summary>
internal readonly struct HairShape
{
    public const float CentreY = -0.10f;
    public readonly float RadiusX, RadiusY, End;
    private readonly float _flare, _wave, _windowX, _windowTop, _windowHalf, _tilt, _sideEnd, _scallop;

    public HairShape(in SyntheticFace face, in Pose pose)
    {
        var hat = face.Hat != HatStyle.None;
        var volume = hat ? 0.035f : face.HairVolume;
        RadiusX = face.HeadWidth + (face.Hair == HairLength.Short ? 0.30f : 0.8f) * volume + (face.Wavy ? 0.025f : 0f);
        RadiusY = face.HeadHeight + volume + CentreY;
        End = face.Hair switch { HairLength.Short => 0.02f, HairLength.Medium => 0.50f, _ => 1.30f };
        _flare = face.Hair switch { HairLength.Short => -0.30f, HairLength.Medium => 0.05f, _ => 0.09f };
        _wave = face.Wavy ? 0.042f : 0f;
        var brow = pose.At(0f, face.Bangs ? -0.285f : face.Hairline);
        _windowX = 0.75f * brow.X;
        _windowTop = brow.Y;
        _windowHalf = face.HeadWidth * (face.Hair == HairLength.Short ? 0.94f : 0.86f);
        _tilt = face.Bangs ? 0f : face.HairTilt;
        _sideEnd = face.Hair == HairLength.Short ? -0.05f : 10f;
        _scallop = face.Bangs ? 1f : 0f;
    }

    /// <summary>Distance to everything the hair covers, window included.</summary>
    public float Outer(float x, float y)
    {
        var dy = y - CentreY;
        if (dy <= 0f)
            return Shape.Ellipse(x, dy, RadiusX, RadiusY);
        var ripple = _wave * Shape.Wave(y * 2.6f) * Shape.Clamp01(3f * dy);
        const float corner = 0.20f;
        var reach = 0.5f * (End - CentreY);
        return Shape.Box(MathF.Abs(x) - ripple - _flare * dy, dy - 0f, RadiusX, 2f * reach, corner);
    }

    /// <summary>Distance to the window; negative where the face shows.</summary>
    public float Window(float x, float y)
    {
        var dx = x - _windowX;
        y -= _tilt * dx;
        if (_scallop > 0f)
        {
            // A fringe: a level edge in three soft locks, square at the temples.
            var edge = _windowTop + 0.022f * MathF.Abs(Shape.Wave(1.65f * dx + 0.25f)) - 0.5f * 0.14f * dx * dx;
            return Shape.Box(dx, y - edge - 1f, _windowHalf * 0.94f, 1f, 0.14f);
        }

        const float reach = 0.52f;
        var dy = y - _windowTop - reach;
        return dy <= 0f ? Shape.Ellipse(dx, dy, _windowHalf, reach) : MathF.Abs(dx) - _windowHalf;
    }

    /// <summary>Distance to the hair that lies before the face.</summary>
    public float Front(float x, float y)
    {
        var d = Outer(x, y);
        var window = -Window(x, y);
        if (window > d)
            d = window;
        // Short hair ends in sideburns.
        var side = y - _sideEnd;
        return side > d ? side : d;
    }
}

/// <summary>Hair before (or, darker, behind) the face: lit as a round cap with a band of sheen and a few broad locks.</summary>
internal readonly struct HairPaint(HairShape shape, Vector3 tint, Vector3 light, bool behind, float sheen, float wave) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        var d = behind ? shape.Outer(x, y) : shape.Front(x, y);
        var alpha = Shape.Cover(d, pixel);
        if (alpha <= 0f)
        {
            colour = default;
            return 0f;
        }

        var nx = x / (shape.RadiusX * 1.02f);
        var ny = (y - HairShape.CentreY) / (shape.RadiusY * 1.02f);
        ny = ny > 0.25f ? 0.25f : ny;
        var r2 = nx * nx + ny * ny;
        var nz = MathF.Sqrt(r2 < 0.98f ? 1f - r2 : 0.02f);
        var lit = nx * light.X + ny * light.Y + nz * light.Z;
        var t = Shape.Clamp01(0.42f + 0.58f * lit);
        // Broad locks that run from the crown outwards.
        var lock01 = 0.5f + 0.5f * Shape.Wave(1.9f * nx / (1.25f - ny) * 1.6f + wave * 0.25f * Shape.Wave(y * 2.6f));
        colour = tint * ((behind ? 0.42f : 0.56f) + (behind ? 0.30f : 0.62f) * t - 0.10f * lock01);
        if (behind)
            return alpha;

        // Sheen: a band around the crown, strongest on the side of the light.
        var band = Shape.Spot((r2 - 0.56f) * 2.9f, 0.9f * (nx - light.X));
        colour += (tint * 0.55f + new Vector3(0.16f)) * (sheen * band * (0.75f + 0.5f * lock01));
        return alpha;
    }
}

/// <summary>The soft shadow that hair or a hat casts on the head below it.</summary>
internal readonly struct HairShadowPaint(HairShape hair, HeadShape head, Vector3 colour, float dropX, float dropY) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 result)
    {
        result = colour;
        var on = Shape.Cover(head.Distance(x, y), pixel);
        return on <= 0f ? 0f : 0.42f * on * Shape.Step(0.05f, -0.05f, hair.Front(x - dropX, y - dropY));
    }
}
