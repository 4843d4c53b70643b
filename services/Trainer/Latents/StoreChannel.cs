using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace FaceMix.Trainer.Latents;

/// <summary>The way to the latent store.</summary>
internal static class StoreChannel
{
    private const int MostKept = 32 * 1024 * 1024;

    /// <summary>
    /// <c>http://host:port</c> or <c>https://</c>, or <c>dns:///host:port</c> for every address that the name has.
    /// </summary>
    public static bool IsAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https" || (uri.Scheme == "dns" && uri.AbsolutePath.Length > 1));

    /// <param name="address">As <see cref="IsAddress"/> allows.</param>
    public static GrpcChannel Open(string address) =>
        GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            Credentials = address.StartsWith("dns:", StringComparison.OrdinalIgnoreCase) ? ChannelCredentials.Insecure : null,
            // Its one user waits for it, so it is looked for more often than a server that many look for.
            InitialReconnectBackoff = TimeSpan.FromSeconds(0.2),
            MaxReconnectBackoff = TimeSpan.FromSeconds(1),
            MaxRetryAttempts = Patience.MaxAttempts,
            MaxRetryBufferPerCallSize = MostKept,
            MaxRetryBufferSize = MostKept,
            ServiceConfig = new ServiceConfig
            {
                LoadBalancingConfigs = { new RoundRobinConfig() },
                MethodConfigs = { new MethodConfig { Names = { MethodName.Default }, RetryPolicy = Patience } },
            },
        });

    // Safe for whatever the Trainer calls: adding the same faces again replaces the same rows. Long enough for a
    // store that is started anew or has too much to do, short enough for somebody who has mistyped the address.
    private static RetryPolicy Patience => new()
    {
        MaxAttempts = 6,
        InitialBackoff = TimeSpan.FromSeconds(0.5),
        MaxBackoff = TimeSpan.FromSeconds(4),
        BackoffMultiplier = 2,
        RetryableStatusCodes = { StatusCode.Unavailable, StatusCode.ResourceExhausted },
    };
}
