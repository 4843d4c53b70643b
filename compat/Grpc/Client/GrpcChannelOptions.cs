using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace Grpc.Net.Client;

/// <summary>How a channel connects and what its calls allow.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Unset: insecure for http addresses, TLS for https ones. Other addresses need it.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>In bytes; null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>In bytes; null: no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = Framing.Wire.DefaultMaxReceiveMessageSize;

    /// <summary>Keeps every retry policy's attempts at or below it; null: no limit.</summary>
    public int? MaxRetryAttempts { get; set; } = 5;

    /// <summary>Bytes kept for all calls that may be made again; beyond them a call is made once. Null: no limit.</summary>
    public long? MaxRetryBufferSize { get; set; } = 16 * 1024 * 1024;

    /// <summary>The same for one call.</summary>
    public long? MaxRetryBufferPerCallSize { get; set; } = 1024 * 1024;

    /// <summary>At most one of this and <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// One that is not a <see cref="SocketsHttpHandler"/>, or has a connect callback of its own, for Unix sockets for
    /// instance, is used as it is: without addresses to choose from and without <see cref="GrpcChannel.State"/>.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel disposes the client or handler given here.</summary>
    public bool DisposeHttpClient { get; set; }

    public ServiceConfig? ServiceConfig { get; set; }

    /// <summary>The longest pause between attempts to connect; null: no limit.</summary>
    public TimeSpan? MaxReconnectBackoff
    {
        get;
        set => field = value is null || value > TimeSpan.Zero ? value : throw new ArgumentException("Maximum reconnect backoff must be greater than zero.");
    } = TimeSpan.FromSeconds(120);

    /// <summary>The pause after the first failure to connect; each one more makes it 1.6 times as long.</summary>
    public TimeSpan InitialReconnectBackoff
    {
        get;
        set => field = value > TimeSpan.Zero ? value : throw new ArgumentException("Initial reconnect backoff must be greater than zero.");
    } = TimeSpan.FromSeconds(1);

    /// <summary>Holds the factories of resolvers.</summary>
    public IServiceProvider? ServiceProvider { get; set; }

    /// <summary>What pauses and intervals are measured with; deadlines belong to the system's clock.</summary>
    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The pause after so many failures in a row, shifted by up to a fifth so that clients do not come back together.</summary>
    internal TimeSpan BackoffAfter(int failures)
    {
        var whole = Math.Min(InitialReconnectBackoff.TotalSeconds * Math.Pow(1.6, failures - 1), (MaxReconnectBackoff ?? TimeSpan.FromDays(1)).TotalSeconds);
        return TimeSpan.FromSeconds(whole * (0.8 + (0.4 * Random.Shared.NextDouble())));
    }
}
