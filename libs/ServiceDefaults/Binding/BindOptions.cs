using System.Net;

namespace FaceMix.ServiceDefaults;

/// <summary>Where a service listens; configuration section <c>Bind</c>.</summary>
public sealed class BindOptions : ICheckedOptions
{
    /// <summary>An IP address, or <c>localhost</c>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>HTTP/2 without TLS, for gRPC. 0 takes a free port; absent: the service speaks no gRPC.</summary>
    public int? GrpcPort { get; set; }

    /// <summary>HTTP/1.1, for gRPC-Web, /healthz, /readyz and /metrics. 0 takes a free port.</summary>
    public int HttpPort { get; set; }

    /// <summary>Allows an address that other machines can reach, though nothing is encrypted and nobody is asked who they are.</summary>
    public bool Insecure { get; set; }

    /// <summary>
    /// A connection is asked to close after about this time (a tenth more or less, so that not all close at once); its
    /// running calls go on. Callers then connect anew, and so find instances that were added since. 1 s to 1 day; 0: never.
    /// </summary>
    public TimeSpan ConnectionAge { get; set; } = TimeSpan.FromMinutes(5);

    internal IPAddress ParsedAddress => Address == "localhost" ? IPAddress.Loopback : IPAddress.Parse(Address);

    string? ICheckedOptions.Problem()
    {
        if (Address != "localhost" && !IPAddress.TryParse(Address, out _))
            return $"Bind:Address is '{Address}', but it must be an IP address such as 127.0.0.1.";
        if (GrpcPort is < 0 or > 65535)
            return $"Bind:GrpcPort is {GrpcPort}, but a port is 0 to 65535.";
        if (HttpPort is < 0 or > 65535)
            return $"Bind:HttpPort is {HttpPort}, but a port is 0 to 65535.";
        if (GrpcPort == HttpPort && HttpPort != 0)
            return $"Bind:GrpcPort and Bind:HttpPort are both {HttpPort}, but each needs a port of its own.";
        if (ConnectionAge != TimeSpan.Zero && (ConnectionAge < TimeSpan.FromSeconds(1) || ConnectionAge > TimeSpan.FromDays(1)))
            return $"Bind:ConnectionAge is {ConnectionAge}, but it must be 00:00:01 to 1.00:00:00, or 0 for no limit.";
        return IPAddress.IsLoopback(ParsedAddress) || Insecure
            ? null
            : $"Bind:Address is {Address}, which other machines can reach while nothing is encrypted and nobody is asked who they are: set Bind:Insecure=true to allow that, or bind to 127.0.0.1.";
    }
}
