using System.ComponentModel.DataAnnotations;
using FaceMix.ModelStore;

namespace FaceMix.Decoder.Models;

/// <summary>Configuration section <c>Models</c>.</summary>
public sealed class ModelFolderOptions
{
    /// <summary>The models folder; it need not exist yet.</summary>
    [Required]
    public string Path { get; set; } = ".facemix/models";
}

/// <summary>Configuration section <c>Decoder</c>: which versions are served.</summary>
public sealed class ModelOptions : IValidatableObject
{
    /// <summary>Serve the newest version of this model; empty: the newest of any.</summary>
    public string Model { get; set; } = string.Empty;

    /// <summary>How many versions stay loaded: the newest and those last asked for by name.</summary>
    [Range(1, 64)]
    public int LoadedVersions { get; set; } = 3;

    /// <summary>Longest time until a new version is noticed where the file system gives no notice.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan LookInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Model.Length > 0 && !ModelVersionId.TryParse($"{Model}@any", out _))
            yield return new ValidationResult($"Decoder:Model is '{Model}', but it must be a model's name, such as facemix-64, or empty.");
    }
}
