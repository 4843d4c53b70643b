using System.Runtime.CompilerServices;

namespace FaceMix.SyntheticFaces;

/// <summary>Signed distances (negative inside) and the few functions that paints are made of.</summary>
internal static class Shape
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Clamp01(float t) => t < 0f ? 0f : t > 1f ? 1f : t;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Square(float t) => t * t;

    /// <summary>0 below <paramref name="low"/>, 1 above <paramref name="high"/>, smooth between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Step(float low, float high, float t)
    {
        t = Clamp01((t - low) / (high - low));
        return t * t * (3f - 2f * t);
    }

    /// <summary>Coverage of a pixel whose centre is at distance d from an edge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cover(float d, float pixel) => Clamp01(0.5f - d / pixel);

    /// <summary>1 in the middle, 0 from radius 1 on: the fall-off of every soft spot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Spot(float x, float y)
    {
        var t = 1f - x * x - y * y;
        return t <= 0f ? 0f : t * t;
    }

    /// <summary>Distance to an ellipse about the origin, true near its edge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Ellipse(float x, float y, float rx, float ry)
    {
        var ax = x / rx;
        var ay = y / ry;
        var k0 = MathF.Sqrt(ax * ax + ay * ay);
        ax /= rx;
        ay /= ry;
        var k1 = MathF.Sqrt(ax * ax + ay * ay);
        return k1 < 1e-4f ? -(rx < ry ? rx : ry) : k0 * (k0 - 1f) / k1;
    }

    /// <summary>Distance to a box about the origin with rounded corners.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Box(float x, float y, float halfX, float halfY, float corner)
    {
        var qx = MathF.Abs(x) - halfX + corner;
        var qy = MathF.Abs(y) - halfY + corner;
        var ox = qx > 0f ? qx : 0f;
        var oy = qy > 0f ? qy : 0f;
        var inside = qx > qy ? qx : qy;
        return MathF.Sqrt(ox * ox + oy * oy) + (inside < 0f ? inside : 0f) - corner;
    }

    /// <summary>A smooth wave of period 1 between -1 and 1, from a parabola.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Wave(float t)
    {
        t -= MathF.Floor(t);
        t = 2f * t - 1f;
        return 4f * t * (MathF.Abs(t) - 1f);
    }

    /// <summary>Sine to 1e-6 for |a| up to 1.</summary>
    public static float Sin(float a)
    {
        var b = a * a;
        return a * (1f - b * (1f / 6f) * (1f - b * (1f / 20f) * (1f - b * (1f / 42f))));
    }

    /// <summary>Cosine to 1e-5 for |a| up to 1.</summary>
    public static float Cos(float a)
    {
        var b = a * a;
        return 1f - b * 0.5f * (1f - b * (1f / 12f) * (1f - b * (1f / 30f) * (1f - b * (1f / 56f))));
    }
}

/// <summary>Where a point of the face lies on the paper once the head is turned, and how much narrower it is there.</summary>
internal readonly struct Pose(in SyntheticFace face)
{
    private readonly float _width = face.HeadWidth, _height = face.HeadHeight;
    private readonly float _sinYaw = Shape.Sin(face.Yaw), _cosYaw = Shape.Cos(face.Yaw);
    private readonly float _sinPitch = Shape.Sin(face.Pitch), _cosPitch = Shape.Cos(face.Pitch);

    /// <summary>How far what stands out from the head, such as a nose, leans to the side.</summary>
    public float Lean => _sinYaw;

    /// <summary>How far it leans down.</summary>
    public float Nod => _sinPitch;

    /// <summary>Turns the point (x, y) of the frontal head, an ellipsoid.</summary>
    public Place At(float x, float y)
    {
        var u = x / _width;
        var v = y / _height;
        var room = 1f - u * u - v * v;
        var depth = MathF.Sqrt(room > 0.05f ? room : 0.05f);
        var turnedX = _width * (u * _cosYaw + depth * _sinYaw * 0.9f);
        var turnedY = _height * (v * _cosPitch + depth * _sinPitch * 0.7f);
        var narrow = _cosYaw - u * _sinYaw / depth;
        return new Place(turnedX, turnedY, narrow < 0.6f ? 0.6f : narrow > 1.2f ? 1.2f : narrow);
    }
}

/// <summary>A turned point and its horizontal scale.</summary>
internal readonly record struct Place(float X, float Y, float Narrow);
