using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace FaceMix.Studio.Forwarding;

/// <summary>
/// What the page may call, as YARP's routes. A page is open to whoever reaches it, so only reading is forwarded;
/// a method that is added to a proto stays closed until somebody writes it down here.
/// </summary>
internal static class ReaderRoutes
{
    /// <summary>The rate limiter's policy for every forwarded call.</summary>
    public const string CallsPolicy = "calls";

    private const string Decoder = "decoder";
    private const string LatentStore = "latent store";

    private static readonly (string Method, string Service)[] Allowed =
    [
        ("/facemix.decoder.v1.DecoderService/Generate", Decoder),
        ("/facemix.decoder.v1.DecoderService/Decode", Decoder),
        ("/facemix.decoder.v1.DecoderService/Interpolate", Decoder),
        ("/facemix.decoder.v1.DecoderService/GetModel", Decoder),
        ("/facemix.latents.v1.LatentStoreService/GetLatent", LatentStore),
        ("/facemix.latents.v1.LatentStoreService/MatchFeatures", LatentStore),
        ("/facemix.latents.v1.LatentStoreService/SearchNearest", LatentStore),
        ("/facemix.latents.v1.LatentStoreService/ListAttributes", LatentStore),
        ("/facemix.latents.v1.LatentStoreService/ListModelVersions", LatentStore),
    ];

    /// <summary>One route per method, one cluster per service; a cluster's id is the service's name in sentences.</summary>
    public static InMemoryConfigProvider Configuration(StudioOptions options) => new(
        [.. Allowed.Select(each => Route(each.Method, each.Service, options))],
        [Cluster(Decoder, options.DecoderUrl, options), Cluster(LatentStore, options.LatentStoreUrl, options)]);

    private static RouteConfig Route(string method, string service, StudioOptions options) => new RouteConfig
    {
        RouteId = method,
        ClusterId = service,
        Match = new RouteMatch { Path = method, Methods = [HttpMethods.Post] },
        RateLimiterPolicy = CallsPolicy,
        Timeout = options.CallTimeout,
        MaxRequestBodySize = options.MaxRequestBytes,
    }
        // Routes match in any case, services only in the proto's.
        .WithTransformPathSet(method)
        // Only what gRPC-Web needs: no cookie, no credential and no address of the caller is forwarded.
        .WithTransformXForwarded(xDefault: ForwardedTransformActions.Off)
        .WithTransformRequestHeadersAllowed(
            "Content-Type", "Content-Length", "X-Grpc-Web", "Grpc-Timeout", "Grpc-Accept-Encoding", "Grpc-Encoding", "X-User-Agent", "Accept")
        .WithTransformResponseHeadersAllowed(
            "Content-Type", "Content-Length", "grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding");

    private static ClusterConfig Cluster(string service, Uri address, StudioOptions options) => new()
    {
        ClusterId = service,
        Destinations = new Dictionary<string, DestinationConfig> { [service] = new() { Address = address.ToString() } },
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = options.CallTimeout,
        },
    };
}
