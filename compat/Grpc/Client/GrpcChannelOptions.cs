using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>How a channel connects and what its calls allow.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Unset: insecure for http addresses, TLS for https ones.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>In bytes; null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>In bytes; null: no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = Framing.Wire.DefaultMaxReceiveMessageSize;

    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>At most one of this and <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel disposes the client or handler given here.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Cancelled calls and passed deadlines throw <see cref="OperationCanceledException"/>.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Sends call credentials even without TLS.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    public Version? HttpVersion { get; set; }

    public HttpVersionPolicy? HttpVersionPolicy { get; set; }
}
