using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>An open eye: an almond of white, iris, pupil and glint, in the shade of its upper lid.</summary>
internal readonly struct EyePaint(Place place, float half, float height, float irisX, float irisY, Vector3 iris, Vector3 tint, float glint) : IPaint
{
    private readonly float _radius = 0.50f * half;

    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        colour = default;
        var dx = (x - place.X) / place.Narrow;
        var dy = y - place.Y;
        var q = dx / half;
        q *= q;
        if (q > 1.2f)
            return 0f;
        var bow = 1f - q * (0.65f + 0.35f * q);
        var upper = -height * bow;
        var lower = 0.72f * height * bow;
        var slope = 2f * height * q / half;
        var d = (upper - dy > dy - lower ? upper - dy : dy - lower) / MathF.Sqrt(1f + slope * slope);
        var alpha = Shape.Cover(d, pixel);
        if (alpha <= 0f)
            return 0f;

        var white = new Vector3(0.97f, 0.965f, 0.96f) * tint;
        // The ball turns away at its corners and lies in the lid's shade above.
        colour = white * (1f - 0.16f * q - 0.28f * Shape.Step(0.55f * height, 0f, dy - upper));

        var ix = dx - irisX;
        var iy = dy - irisY;
        var r = MathF.Sqrt(ix * ix + iy * iy);
        var disc = Shape.Cover(r - _radius, pixel);
        if (disc > 0f)
        {
            var lit = iris * (0.80f + 0.55f * Shape.Clamp01(0.5f + 0.5f * iy / _radius));
            lit = Palette.Mix(lit, iris * 0.35f, Shape.Step(0.72f * _radius, _radius, r));
            lit = Palette.Mix(lit, new Vector3(0.03f, 0.03f, 0.04f), Shape.Cover(r - 0.46f * _radius, pixel));
            colour = Palette.Mix(colour, lit, disc);
            var gx = ix - 0.36f * _radius * glint;
            var gy = iy + 0.36f * _radius;
            var shine = Shape.Cover(MathF.Sqrt(gx * gx + gy * gy) - 0.24f * _radius, pixel);
            colour = Palette.Mix(colour, Vector3.One, 0.9f * shine);
        }

        return alpha;
    }
}
