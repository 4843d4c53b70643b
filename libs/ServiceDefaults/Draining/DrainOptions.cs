namespace FaceMix.ServiceDefaults;

/// <summary>How a service that is told to stop takes leave; configuration section <c>Drain</c>.</summary>
public sealed class DrainOptions : ICheckedOptions
{
    /// <summary>What ends after <see cref="Limit"/> has this long to be cut off and to clean up.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The service listens and refuses for at least this time, so that load balancers can see that it is not ready
    /// any more. 0 to <see cref="Limit"/>.
    /// </summary>
    public TimeSpan Notice { get; set; } = TimeSpan.Zero;

    /// <summary>Running calls have this long to end; the process has left 5 s later. 0 to 1 h.</summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(10);

    string? ICheckedOptions.Problem() =>
        Limit < TimeSpan.Zero || Limit > TimeSpan.FromHours(1) ? $"Drain:Limit is {Limit}, but it must be 0 to 01:00:00."
        : Notice < TimeSpan.Zero || Notice > Limit ? $"Drain:Notice is {Notice}, but it must be 0 to Drain:Limit, which is {Limit}."
        : null;
}
