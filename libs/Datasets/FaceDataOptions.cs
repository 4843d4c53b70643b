namespace FaceMix.Datasets;

/// <summary>Which faces to train on.</summary>
public sealed record FaceDataOptions
{
    /// <summary>A folder of pictures, CelebA's folder, or one with MNIST's idx files; null draws faces.</summary>
    public string? Path { get; init; }

    /// <summary>A CSV of attributes (header; the first column is the file), or CelebA's list; null finds CelebA's beside the pictures.</summary>
    public string? Labels { get; init; }

    /// <summary>Width and height to bring every face to, 16..512.</summary>
    public int Size { get; init; } = 64;

    /// <summary>Colours become grey, for networks with one channel.</summary>
    public bool Grey { get; init; }

    /// <summary>Seed of drawn faces. Held-out ones come from another.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How many faces to draw for training.</summary>
    public int SyntheticCount { get; init; } = 20_000;

    /// <summary>How many faces to draw for measuring.</summary>
    public int SyntheticHeldOut { get; init; } = 2_000;

    /// <summary>Where decoded photographs are kept, so that a second epoch or run never decodes again.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>At most this many photographs are taken, in the order of their paths.</summary>
    public int MaxPictures { get; init; } = 1_000_000;
}
