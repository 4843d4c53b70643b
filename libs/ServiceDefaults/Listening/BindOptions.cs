using System.ComponentModel.DataAnnotations;
using System.Net;

namespace FaceMix.ServiceDefaults;

/// <summary>Where a service listens; configuration section <c>Bind</c>. What <c>Kestrel:Endpoints</c> says goes before it.</summary>
public sealed class BindOptions : IValidatableObject
{
    /// <summary>An IP address, or <c>localhost</c>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>HTTP/2 without TLS, for gRPC. 0 takes a free port; absent: the service's own.</summary>
    [Range(0, 65535)]
    public int? GrpcPort { get; set; }

    /// <summary>HTTP/1.1, for gRPC-Web, /healthz, /readyz and /metrics. 0 takes a free port; absent: the service's own.</summary>
    [Range(0, 65535)]
    public int? HttpPort { get; set; }

    /// <summary>Allows an address that other machines can reach without TLS, though nobody is asked who they are.</summary>
    public bool Insecure { get; set; }

    /// <summary>
    /// A connection is asked to close after about this time (a tenth more or less, so that not all close at once); its
    /// running calls go on. Callers then connect anew, and so find instances that were added since. 1 s to 1 day; 0: never.
    /// </summary>
    public TimeSpan ConnectionAge { get; set; } = TimeSpan.FromMinutes(5);

    internal IPAddress ParsedAddress => Address == "localhost" ? IPAddress.Loopback : IPAddress.Parse(Address);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address != "localhost" && !IPAddress.TryParse(Address, out _))
            yield return new($"Bind:Address is '{Address}', but it must be an IP address such as 127.0.0.1.");
        if (GrpcPort == HttpPort && HttpPort is > 0)
            yield return new($"Bind:GrpcPort and Bind:HttpPort are both {HttpPort}, but each needs a port of its own.");
        if (ConnectionAge != TimeSpan.Zero && (ConnectionAge < TimeSpan.FromSeconds(1) || ConnectionAge > TimeSpan.FromDays(1)))
            yield return new($"Bind:ConnectionAge is '{ConnectionAge}', but it must be 00:00:01 to 1.00:00:00, or 0 for no limit.");
    }
}
