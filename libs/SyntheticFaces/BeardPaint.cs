using System.Numerics;

namespace FaceMix.SyntheticFaces;

/// <summary>Hair on cheeks and chin: a full beard follows the jaw, a goatee stays on the chin.</summary>
internal readonly struct BeardPaint(HeadShape head, Place chin, Place mouth, bool full, Vector3 tint, Vector3 light) : IPaint
{
    public float At(float x, float y, float pixel, out Vector3 colour)
    {
        colour = default;
        float d;
        if (full)
        {
            d = head.Distance(x * 0.97f, (y - 0.02f) * 0.965f);
            var cheek = -Shape.Ellipse(x - mouth.X, y - 0.02f, head.Width * 0.80f, mouth.Y + 0.0f);
            d = cheek > d ? cheek : d;
        }
        else
        {
            d = Shape.Box(x - chin.X, y - chin.Y + 0.03f, 0.175f, 0.165f, 0.13f);
        }

        var alpha = Shape.Clamp01(0.5f - d / (pixel + 0.02f));
        if (alpha <= 0f)
            return 0f;
        var nx = x / head.Width;
        var ny = (y - 0.45f) / 0.4f;
        var lit = nx * light.X + ny * light.Y;
        colour = tint * (0.86f + 0.26f * lit);
        return (full ? 0.96f * Shape.Step(0.04f, 0.20f, y) : 0.96f) * alpha;
    }
}
