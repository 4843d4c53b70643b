using System.Text.Json.Serialization;

namespace FaceMix.ModelStore;

/// <summary>What the trainer knows about a model version; the publisher adds the rest.</summary>
public record ModelDescription
{
    /// <summary>The network's family, such as <c>residual-vae</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Width and height of a picture in pixels, 8 to 1024.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Channels that the network sees and paints: 3, or 1 for grey. Pictures have red, green and blue either way.</summary>
    public required int Channels { get; init; }

    [JsonIgnore]
    public bool IsGrey => Channels == 1;

    /// <summary>Length of a latent, 1 to 4096.</summary>
    public required int LatentSize { get; init; }

    /// <summary>Name of the preset it was trained with.</summary>
    public required string Preset { get; init; }

    /// <summary>The dataset it learnt.</summary>
    public required ModelDataset Dataset { get; init; }

    /// <summary>The dataset's attribute names in its own order, at most 64; their place is the bit in a mask.</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    /// <summary>Finite numbers by name: <c>psnr_db</c>, <c>step</c>, …</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>NAME@VERSION of the version this one was trained on from; null for a fresh start.</summary>
    public string? Parent { get; init; }

    /// <summary>Revision of the code that trained it.</summary>
    public required string CodeRevision { get; init; }
}

/// <param name="Name">Such as <c>drawn</c>.</param>
/// <param name="Digest">Lower-case hexadecimal SHA-256 of what identifies the data: a list of files, or a generator's parameters.</param>
public sealed record ModelDataset(string Name, string Digest);

/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
/// <param name="Size">In bytes.</param>
public sealed record ModelFile(string Sha256, long Size);
