namespace FaceMix.SyntheticFaces;

/// <summary>
/// What can be said of a drawn face: CelebA's name where CelebA has one, ours otherwise
/// (<c>Gaze_Left</c>, <c>Gaze_Right</c>, <c>Long_Hair</c>, <c>Red_Hair</c>). Left and right are the picture's, not the person's.
/// Bit i of a mask is name i; the order is part of every trained model's manifest and only grows at the end.
/// </summary>
public static class SyntheticAttributes
{
    internal const ulong ArchedEyebrows = 1UL << 0;
    internal const ulong Bald = 1UL << 1;
    internal const ulong Bangs = 1UL << 2;
    internal const ulong BigLips = 1UL << 3;
    internal const ulong BigNose = 1UL << 4;
    internal const ulong BlackHair = 1UL << 5;
    internal const ulong BlondHair = 1UL << 6;
    internal const ulong BrownHair = 1UL << 7;
    internal const ulong BushyEyebrows = 1UL << 8;
    internal const ulong Chubby = 1UL << 9;
    internal const ulong Eyeglasses = 1UL << 10;
    internal const ulong Goatee = 1UL << 11;
    internal const ulong GrayHair = 1UL << 12;
    internal const ulong MouthSlightlyOpen = 1UL << 13;
    internal const ulong Mustache = 1UL << 14;
    internal const ulong NarrowEyes = 1UL << 15;
    internal const ulong NoBeard = 1UL << 16;
    internal const ulong PaleSkin = 1UL << 17;
    internal const ulong RosyCheeks = 1UL << 18;
    internal const ulong Smiling = 1UL << 19;
    internal const ulong WavyHair = 1UL << 20;
    internal const ulong WearingEarrings = 1UL << 21;
    internal const ulong WearingHat = 1UL << 22;
    internal const ulong WearingLipstick = 1UL << 23;
    internal const ulong WearingNecktie = 1UL << 24;
    internal const ulong Young = 1UL << 25;
    internal const ulong GazeLeft = 1UL << 26;
    internal const ulong GazeRight = 1UL << 27;
    internal const ulong LongHair = 1UL << 28;
    internal const ulong RedHair = 1UL << 29;

    /// <summary>The names, in the order of the mask's bits.</summary>
    public static IReadOnlyList<string> Names { get; } = Array.AsReadOnly(new[]
    {
        "Arched_Eyebrows", "Bald", "Bangs", "Big_Lips", "Big_Nose", "Black_Hair", "Blond_Hair", "Brown_Hair",
        "Bushy_Eyebrows", "Chubby", "Eyeglasses", "Goatee", "Gray_Hair", "Mouth_Slightly_Open", "Mustache",
        "Narrow_Eyes", "No_Beard", "Pale_Skin", "Rosy_Cheeks", "Smiling", "Wavy_Hair", "Wearing_Earrings",
        "Wearing_Hat", "Wearing_Lipstick", "Wearing_Necktie", "Young", "Gaze_Left", "Gaze_Right", "Long_Hair", "Red_Hair",
    });
}
