using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>
/// Both lips and what is between them. The line between the lips is a parabola whose corners rise by <c>smile</c>;
/// the opening and the lips thin out towards the corners.
/// </summary>
internal readonly struct MouthPaint(Place place, float half, float smile, float open, float lips, bool teeth, Vector3 lip, Vector3 tint, float gloss) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        colour = default;
        var dx = (x - place.X) / place.Narrow;
        var q = dx / half;
        q *= q;
        if (q > 1.1f)
            return 0f;
        var bow = 1f - q;
        bow = bow < 0f ? 0f : bow;
        var full = bow * (1f + 0.25f * q);
        var slope = 2f * smile * q / half;
        var even = 1f / MathF.Sqrt(1f + slope * slope * 4f);
        var dy = (y - place.Y - smile * (0.5f - q)) * even;

        // The upper lip dips in the middle.
        var dip = 0.28f * Shape.Spot(dx / (0.34f * half), 0f);
        var gap = 0.5f * open * full;
        var upperOuter = -gap - lips * 0.86f * full * (1f - dip) - 0.006f;
        var lowerOuter = gap * 1.15f + lips * 1.12f * full + 0.006f;
        var d = upperOuter - dy > dy - lowerOuter ? upperOuter - dy : dy - lowerOuter;
        var ends = MathF.Abs(dx) - half;
        var alpha = Shape.Cover(d > ends ? d : ends, pixel);
        if (alpha <= 0f)
            return 0f;

        var above = dy < 0f;
        var across = above ? Shape.Clamp01((-dy - gap) / (lips + 0.001f)) : Shape.Clamp01((dy - gap) / (lips * 1.1f + 0.001f));
        colour = lip * (above ? 0.78f + 0.10f * across : 1.06f - 0.12f * across);
        if (!above)
            colour += new Vector3(gloss) * Shape.Spot((across - 0.42f) * 2.4f, dx / (0.55f * half));

        // The dark between the lips: a line when they touch.
        var line = open > 0f ? 0f : 0.013f * (1f - 0.35f * q);
        var inner = (above ? -dy : dy * 0.9f) - gap - line;
        var inside = Shape.Cover(inner, pixel);
        if (inside > 0f)
        {
            var dark = open > 0f ? new Vector3(0.25f, 0.045f, 0.06f) : lip * new Vector3(0.42f, 0.34f, 0.36f);
            if (open > 0f)
            {
                var at = (dy + gap) / (2f * gap + 0.001f);
                if (teeth)
                    dark = Palette.Mix(dark, new Vector3(0.98f, 0.97f, 0.94f) * (1f - 0.15f * q), Shape.Cover((at - 0.62f) * 2f * gap, pixel));
                else
                    dark = Palette.Mix(dark, new Vector3(0.62f, 0.22f, 0.24f), 0.8f * Shape.Step(0.60f, 0.95f, at));
            }

            colour = Palette.Mix(colour, dark * tint, inside);
        }

        return alpha;
    }
}
