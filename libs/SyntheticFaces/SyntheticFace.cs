using System.Numerics;
using FaceMix.Latents;

namespace FaceMix.SyntheticFaces;

/// <summary>How long the hair is; each step is seen from afar.</summary>
public enum HairLength
{
    /// <summary>None at all.</summary>
    None,

    /// <summary>Ends above the ears.</summary>
    Short,

    /// <summary>Ends between ear and chin.</summary>
    Medium,

    /// <summary>Falls over the shoulders.</summary>
    Long,
}

/// <summary>The five colours; the order is that of the palette.</summary>
public enum HairColour { Black, Brown, Blond, Gray, Red }

/// <summary>Hair on the chin.</summary>
public enum BeardStyle { None, Goatee, Full }

/// <summary>What is on the head.</summary>
public enum HatStyle { None, Beanie, Brimmed }

/// <summary>
/// The parameters of one face. Lengths are in half picture widths, angles in radians, colours in sRGB 0..1,
/// so that one face is the same at every size. What an attribute says is a parameter's threshold:
/// values near a threshold are never drawn.
/// </summary>
public readonly record struct SyntheticFace
{
    /// <summary>The attributes that can be seen, bit i for <see cref="SyntheticAttributes.Names"/>[i].</summary>
    public AttributeMask Attributes { get; init; }

    public Vector3 Skin { get; init; }
    public bool Pale { get; init; }
    public bool Young { get; init; }
    public float Rosiness { get; init; }

    /// <summary>Half width and half height of the head.</summary>
    public float HeadWidth { get; init; }
    public float HeadHeight { get; init; }

    /// <summary>0 is a narrow chin, 1 a round and full one.</summary>
    public float Fullness { get; init; }

    public HairLength Hair { get; init; }
    public HairColour HairKind { get; init; }
    public Vector3 HairTint { get; init; }
    public float HairVolume { get; init; }
    public float HairTilt { get; init; }
    public float Hairline { get; init; }
    public bool Bangs { get; init; }
    public bool Wavy { get; init; }

    /// <summary>Half height of the open eye; narrow below 0.045.</summary>
    public float EyeHeight { get; init; }
    public float EyeWidth { get; init; }
    public float EyeGap { get; init; }
    public Vector3 Iris { get; init; }

    /// <summary>-1 looks to the picture's left, 1 to its right.</summary>
    public float Gaze { get; init; }
    public float GazeDown { get; init; }

    public float BrowThickness { get; init; }
    public float BrowArch { get; init; }
    public float BrowLift { get; init; }

    public float NoseWidth { get; init; }
    public float NoseLength { get; init; }

    public float MouthWidth { get; init; }

    /// <summary>How far the mouth's corners rise over its middle.</summary>
    public float Smile { get; init; }

    /// <summary>Height of the opening between the lips; 0 is closed.</summary>
    public float MouthOpen { get; init; }
    public float Lips { get; init; }
    public bool Lipstick { get; init; }
    public Vector3 LipTint { get; init; }

    public BeardStyle Beard { get; init; }
    public bool Mustache { get; init; }
    public Vector3 BeardTint { get; init; }

    public bool Glasses { get; init; }
    public bool RoundGlasses { get; init; }
    public Vector3 GlassesTint { get; init; }

    public HatStyle Hat { get; init; }
    public Vector3 HatTint { get; init; }
    public bool Earrings { get; init; }
    public Vector3 EarringTint { get; init; }
    public bool Necktie { get; init; }
    public Vector3 TieTint { get; init; }
    public Vector3 Clothes { get; init; }

    /// <summary>Towards the light, unit length; x to the right, y down, z to the viewer.</summary>
    public Vector3 Light { get; init; }

    /// <summary>The light's colour, around 1.</summary>
    public Vector3 LightTint { get; init; }

    public float Yaw { get; init; }
    public float Pitch { get; init; }
    public float Roll { get; init; }
    public float Scale { get; init; }
    public float OffsetX { get; init; }
    public float OffsetY { get; init; }
    public Vector3 Background { get; init; }

    /// <summary>The face of one seed and index: the same on every machine.</summary>
    public static SyntheticFace FromSeed(ulong seed, long index) => FaceSampler.Sample(seed, index);
}
