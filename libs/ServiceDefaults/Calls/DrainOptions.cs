using System.ComponentModel.DataAnnotations;

namespace FaceMix.ServiceDefaults;

/// <summary>How a service shuts down when it is told to stop; configuration section <c>Drain</c>.</summary>
public sealed class DrainOptions : IValidatableObject
{
    /// <summary>What ends after <see cref="Limit"/> has this long to be cut off and to clean up.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The service listens and refuses for at least this time, so that load balancers can see that it is not ready
    /// any more. 0 to <see cref="Limit"/>.
    /// </summary>
    public TimeSpan Notice { get; set; } = TimeSpan.Zero;

    /// <summary>Running calls have this long to end; the process has left 5 s later. 0 to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Notice < TimeSpan.Zero || Notice > Limit)
            yield return new($"Drain:Notice is '{Notice}', but it must be 00:00:00 to Drain:Limit, which is {Limit}.");
    }
}
