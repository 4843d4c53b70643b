using System.ComponentModel.DataAnnotations;

namespace FaceMix.Studio;

/// <summary>Where the page's calls go, and how much of them. Section <c>Studio</c> of the configuration.</summary>
public sealed class StudioOptions
{
    /// <summary>The decoder's HTTP/1.1 address, which answers gRPC-Web.</summary>
    [Required]
    public Uri DecoderUrl { get; set; } = new("http://127.0.0.1:5111");

    /// <summary>The latent store's HTTP/1.1 address, which answers gRPC-Web.</summary>
    [Required]
    public Uri LatentStoreUrl { get; set; } = new("http://127.0.0.1:5112");

    /// <summary>The longest a call may take, whatever deadline the page asks for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest request that is passed on, in bytes. 64 latents of 1 024 numbers are 256 KiB.</summary>
    [Range(1_024, 16 * 1024 * 1024)]
    public int MaxRequestBytes { get; set; } = 1024 * 1024;

    /// <summary>Calls under way at once; one more is refused at the door.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrentCalls { get; set; } = 128;
}
