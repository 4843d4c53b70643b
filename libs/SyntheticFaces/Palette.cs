using System.Numerics;
using FaceMix.Latents;

namespace FaceMix.SyntheticFaces;

/// <summary>The colours faces are drawn in, chosen so that each named one is told apart at 64 pixels.</summary>
internal static class Palette
{
    /// <summary>From fair to deep, evenly spaced.</summary>
    private static readonly Vector3[] s_skins =
    [
        new(0.94f, 0.76f, 0.63f), new(0.89f, 0.68f, 0.52f), new(0.80f, 0.58f, 0.42f),
        new(0.67f, 0.46f, 0.32f), new(0.52f, 0.34f, 0.23f), new(0.41f, 0.26f, 0.18f),
    ];

    private static readonly Vector3[] s_hair =
    [
        new(0.085f, 0.075f, 0.085f), new(0.37f, 0.215f, 0.125f), new(0.88f, 0.70f, 0.40f),
        new(0.62f, 0.635f, 0.66f), new(0.58f, 0.19f, 0.075f),
    ];

    private static readonly Vector3[] s_irises =
    [
        new(0.27f, 0.16f, 0.09f), new(0.42f, 0.27f, 0.13f), new(0.24f, 0.46f, 0.66f), new(0.27f, 0.49f, 0.33f), new(0.40f, 0.47f, 0.52f),
    ];

    private static readonly Vector3[] s_lipsticks = [new(0.78f, 0.07f, 0.14f), new(0.86f, 0.16f, 0.40f), new(0.58f, 0.06f, 0.24f)];

    private static readonly Vector3[] s_frames = [new(0.06f, 0.06f, 0.08f), new(0.08f, 0.12f, 0.30f), new(0.45f, 0.06f, 0.09f)];

    private static readonly Vector3[] s_hats =
    [
        new(0.75f, 0.18f, 0.17f), new(0.17f, 0.33f, 0.60f), new(0.18f, 0.47f, 0.38f), new(0.86f, 0.62f, 0.16f), new(0.45f, 0.25f, 0.52f), new(0.20f, 0.23f, 0.28f),
    ];

    private static readonly Vector3[] s_metals = [new(0.98f, 0.80f, 0.30f), new(0.90f, 0.93f, 0.97f), new(0.20f, 0.74f, 0.72f)];

    private static readonly Vector3[] s_clothes =
    [
        new(0.30f, 0.40f, 0.52f), new(0.56f, 0.33f, 0.34f), new(0.36f, 0.48f, 0.41f), new(0.45f, 0.40f, 0.53f), new(0.28f, 0.30f, 0.34f), new(0.70f, 0.60f, 0.47f),
    ];

    private static readonly Vector3[] s_ties = [new(0.72f, 0.10f, 0.15f), new(0.10f, 0.20f, 0.50f), new(0.08f, 0.37f, 0.27f)];

    private static readonly Vector3[] s_backgrounds =
    [
        new(0.72f, 0.78f, 0.83f), new(0.80f, 0.76f, 0.71f), new(0.70f, 0.77f, 0.72f), new(0.78f, 0.73f, 0.79f), new(0.60f, 0.66f, 0.71f), new(0.84f, 0.83f, 0.80f),
    ];

    public static Vector3 Mix(Vector3 a, Vector3 b, float t) => a + (b - a) * t;

    /// <summary>
    /// A CelebA-pale face is a step lighter and cooler than the fairest other one. Brown hair does not go with the deepest tones,
    /// on which a brown beard could not be seen.
    /// </summary>
    public static Vector3 Skin(ref SplitMix64 random, bool pale, HairColour hair)
    {
        if (pale)
            return new Vector3(0.985f, 0.885f, 0.835f) + new Vector3(0f, 0.015f, 0.025f) * random.Bell();
        var at = random.NextSingle() * (hair == HairColour.Brown ? 2.9f : s_skins.Length - 1.001f);
        var step = (int)at;
        return Mix(s_skins[step], s_skins[step + 1], at - step);
    }

    public static Vector3 Hair(ref SplitMix64 random, HairColour kind) => Vary(ref random, s_hair[(int)kind], 0.10f);

    public static Vector3 Iris(ref SplitMix64 random) => Pick(ref random, s_irises);
    public static Vector3 Lipstick(ref SplitMix64 random) => Pick(ref random, s_lipsticks);
    public static Vector3 Frame(ref SplitMix64 random) => Pick(ref random, s_frames);
    public static Vector3 Hat(ref SplitMix64 random) => Vary(ref random, Pick(ref random, s_hats), 0.08f);
    public static Vector3 Metal(ref SplitMix64 random) => Pick(ref random, s_metals);
    public static Vector3 Clothes(ref SplitMix64 random) => Vary(ref random, Pick(ref random, s_clothes), 0.10f);
    public static Vector3 Tie(ref SplitMix64 random) => Pick(ref random, s_ties);
    public static Vector3 Background(ref SplitMix64 random) => Vary(ref random, Pick(ref random, s_backgrounds), 0.10f);

    private static Vector3 Pick(ref SplitMix64 random, Vector3[] from) => from[(int)(random.NextSingle() * from.Length)];

    private static Vector3 Vary(ref SplitMix64 random, Vector3 colour, float spread)
    {
        var brightness = 1f + spread * random.Bell();
        var warmth = 0.4f * spread * random.Bell();
        return colour * brightness * new Vector3(1f + warmth, 1f, 1f - warmth);
    }
}
