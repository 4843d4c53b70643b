using System.Numerics;
using FaceMix.Latents;
using static FaceMix.SyntheticFaces.SyntheticAttributes;

namespace FaceMix.SyntheticFaces;

/// <summary>
/// Draws a face's parameters. Attributes are nearly independent of each other, and each is seen on at least one
/// face in eight, so that wishes for several at once can be met.
/// </summary>
internal static class FaceSampler
{
    public static SyntheticFace Sample(ulong seed, long index)
    {
        var r = SplitMix64.ForIndex(seed, index);

        var young = r.Chance(0.62f);
        var pale = r.Chance(0.17f);
        var chubby = r.Chance(0.25f);
        var rosy = r.Chance(0.24f);

        var hair = r.NextSingle() switch { < 0.17f => HairLength.None, < 0.50f => HairLength.Short, < 0.70f => HairLength.Medium, _ => HairLength.Long };
        var hat = r.Chance(0.20f) ? (r.Chance(0.5f) ? HatStyle.Beanie : HatStyle.Brimmed) : HatStyle.None;
        var kind = HairKind(ref r, young);
        var skin = Palette.Skin(ref r, pale, kind);
        var bangs = r.Chance(0.34f);
        var wavy = r.Chance(0.45f);

        var narrow = r.Chance(0.20f);
        var gaze = r.NextSingle() switch { < 0.22f => -1f, < 0.44f => 1f, _ => 0f };
        var bushy = r.Chance(0.25f);
        var arched = r.Chance(0.27f);
        var bigNose = r.Chance(0.24f);
        var smiling = r.Chance(0.47f);
        var open = r.Chance(smiling ? 0.55f : 0.28f);
        var bigLips = r.Chance(0.25f);

        var beard = r.NextSingle() switch { < 0.15f => BeardStyle.Goatee, < 0.29f => BeardStyle.Full, _ => BeardStyle.None };
        var mustache = r.Chance(beard switch { BeardStyle.Full => 0.7f, BeardStyle.Goatee => 0.5f, _ => 0.10f });
        var lipstick = r.Chance(beard == BeardStyle.None && !mustache ? 0.32f : 0.10f);
        var glasses = r.Chance(0.27f);
        var earrings = r.Chance(0.24f);
        var necktie = r.Chance(0.20f);

        // Whatever hides the hair hides what could be said of it.
        var hatted = hat != HatStyle.None;
        var hairSeen = hair != HairLength.None && !(hatted && hair == HairLength.Short);
        var bangsSeen = bangs && hair != HairLength.None && !hatted;
        var wavySeen = wavy && hair >= HairLength.Medium;

        var attributes =
            (arched ? ArchedEyebrows : 0) | (hair == HairLength.None && !hatted ? Bald : 0) | (bangsSeen ? Bangs : 0) |
            (bigLips ? BigLips : 0) | (bigNose ? BigNose : 0) | (hairSeen ? ColourBit(kind) : 0) |
            (bushy ? BushyEyebrows : 0) | (chubby ? Chubby : 0) | (glasses ? Eyeglasses : 0) |
            (beard == BeardStyle.Goatee ? Goatee : 0) | (open ? MouthSlightlyOpen : 0) | (mustache ? Mustache : 0) |
            (narrow ? NarrowEyes : 0) | (beard == BeardStyle.None ? NoBeard : 0) | (pale ? PaleSkin : 0) |
            (rosy ? RosyCheeks : 0) | (smiling ? Smiling : 0) | (wavySeen ? WavyHair : 0) |
            (earrings ? WearingEarrings : 0) | (hatted ? WearingHat : 0) | (lipstick ? WearingLipstick : 0) |
            (necktie ? WearingNecktie : 0) | (young ? Young : 0) | (gaze < 0 ? GazeLeft : 0) | (gaze > 0 ? GazeRight : 0) |
            (hair == HairLength.Long ? LongHair : 0);

        var hairTint = Palette.Hair(ref r, kind);
        return new SyntheticFace
        {
            Attributes = new AttributeMask(attributes),
            Skin = skin,
            Pale = pale,
            Young = young,
            Rosiness = rosy ? r.Between(0.85f, 1f) : 0f,
            HeadWidth = (chubby ? 0.600f : 0.545f) + 0.018f * r.Bell(),
            HeadHeight = (chubby ? 0.675f : 0.700f) + 0.018f * r.Bell(),
            Fullness = chubby ? r.Between(0.85f, 1f) : r.Between(0.05f, 0.35f),
            Hair = hair,
            HairKind = kind,
            HairTint = hairTint,
            HairVolume = r.Between(0.08f, 0.13f),
            HairTilt = 0.34f * r.Bell(),
            Hairline = -0.475f + 0.035f * r.Bell(),
            Bangs = bangsSeen,
            Wavy = wavySeen,
            EyeHeight = narrow ? r.Between(0.034f, 0.042f) : r.Between(0.078f, 0.098f),
            EyeWidth = r.Between(0.145f, 0.165f),
            EyeGap = r.Between(0.245f, 0.270f),
            Iris = Palette.Iris(ref r),
            Gaze = gaze + 0.15f * r.Bell(),
            GazeDown = 0.12f * r.Bell(),
            BrowThickness = bushy ? r.Between(0.056f, 0.066f) : r.Between(0.022f, 0.030f),
            BrowArch = arched ? r.Between(0.100f, 0.120f) : r.Between(0.005f, 0.020f),
            BrowLift = 0.025f * r.Bell(),
            NoseWidth = bigNose ? r.Between(0.150f, 0.170f) : r.Between(0.085f, 0.105f),
            NoseLength = bigNose ? r.Between(0.235f, 0.255f) : r.Between(0.175f, 0.200f),
            MouthWidth = smiling ? r.Between(0.265f, 0.300f) : open ? r.Between(0.170f, 0.200f) : r.Between(0.215f, 0.250f),
            Smile = smiling ? r.Between(0.110f, 0.140f) : r.Between(0.004f, 0.022f),
            MouthOpen = open ? (smiling ? r.Between(0.105f, 0.130f) : r.Between(0.100f, 0.130f)) : 0f,
            Lips = bigLips ? r.Between(0.075f, 0.087f) : r.Between(0.028f, 0.037f),
            Lipstick = lipstick,
            LipTint = lipstick ? Palette.Lipstick(ref r) : Palette.Mix(skin * new Vector3(0.87f, 0.62f, 0.60f), new Vector3(0.80f, 0.42f, 0.40f), 0.30f),
            Beard = beard,
            Mustache = mustache,
            BeardTint = hairTint * 0.92f,
            Glasses = glasses,
            RoundGlasses = r.Chance(0.5f),
            GlassesTint = Palette.Frame(ref r),
            Hat = hat,
            HatTint = Palette.Hat(ref r),
            Earrings = earrings,
            EarringTint = Palette.Metal(ref r),
            Necktie = necktie,
            TieTint = Palette.Tie(ref r),
            Clothes = necktie ? new Vector3(0.92f, 0.93f, 0.95f) : Palette.Clothes(ref r),
            Light = Light(ref r),
            LightTint = Tint(ref r),
            Yaw = 0.26f * r.Bell(),
            Pitch = 0.12f * r.Bell(),
            Roll = 0.11f * r.Bell(),
            Scale = 1.14f + 0.04f * r.Bell(),
            OffsetX = 0.04f * r.Bell(),
            OffsetY = 0.03f * r.Bell(),
            Background = Palette.Background(ref r),
        };
    }

    private static HairColour HairKind(ref SplitMix64 r, bool young)
    {
        // Gray belongs to age, but not only to age.
        if (r.Chance(young ? 0.10f : 0.36f))
            return HairColour.Gray;
        return r.Below(4) switch { 0 => HairColour.Black, 1 => HairColour.Brown, 2 => HairColour.Blond, _ => HairColour.Red };
    }

    private static ulong ColourBit(HairColour kind) => kind switch
    {
        HairColour.Black => BlackHair,
        HairColour.Brown => BrownHair,
        HairColour.Blond => BlondHair,
        HairColour.Gray => GrayHair,
        _ => RedHair,
    };

    private static Vector3 Light(ref SplitMix64 r)
    {
        var x = r.Between(-0.75f, 0.75f);
        var y = r.Between(-0.75f, -0.25f);
        const float z = 0.85f;
        return new Vector3(x, y, z) * (1f / MathF.Sqrt(x * x + y * y + z * z));
    }

    private static Vector3 Tint(ref SplitMix64 r)
    {
        var warmth = 0.05f * r.Bell();
        return new Vector3(1f + warmth, 1f + 0.2f * warmth, 1f - warmth) * r.Between(0.95f, 1.04f);
    }
}
