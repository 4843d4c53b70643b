using System.Net;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>A way to one server; its connections are pooled, so keep it.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly HttpMessageInvoker invoker;
    private readonly bool ownsInvoker;
    private readonly CancellationTokenSource closing = new();

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        if (options.HttpClient is not null && options.HttpHandler is not null)
            throw new ArgumentException("HttpClient and HttpHandler have been configured. Only one HTTP caller can be specified.");
        var isSecure = address.Scheme == Uri.UriSchemeHttps;
        if (options.Credentials is { } credentials && credentials.IsSecure != isSecure)
            throw new InvalidOperationException($"Channel is configured with {(isSecure ? "insecure" : "secure")} channel credentials but the address scheme is '{address.Scheme}'.");
        Address = address;
        Options = options;
        ownsInvoker = options.DisposeHttpClient || (options.HttpClient is null && options.HttpHandler is null);
        invoker = options.HttpClient ?? new HttpMessageInvoker(options.HttpHandler ?? DefaultHandler(isSecure), ownsInvoker);
        CallCredentials = isSecure || options.UnsafeUseInsecureChannelCallCredentials ? options.Credentials?.OfCalls : null;
    }

    internal Uri Address { get; }

    internal GrpcChannelOptions Options { get; }

    internal CallCredentials? CallCredentials { get; }

    /// <summary>Cancelled when the channel is disposed.</summary>
    internal CancellationToken Closing => closing.Token;

    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return address.Scheme is "http" or "https"
            ? new GrpcChannel(address, channelOptions)
            : throw new InvalidOperationException($"No address resolver configured for the scheme '{address.Scheme}'.");
    }

    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, this);
        return new HttpInvoker(this);
    }

    /// <summary>Cancels the calls that have not ended.</summary>
    public void Dispose()
    {
        if (closing.IsCancellationRequested)
            return;
        closing.Cancel();
        if (ownsInvoker)
            invoker.Dispose();
    }

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Version = Options.HttpVersion ?? HttpVersion.Version20;
        request.VersionPolicy = Options.HttpVersionPolicy ?? HttpVersionPolicy.RequestVersionExact;
        // HttpClient alone would wait for the whole reply.
        return invoker is HttpClient client
            ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            : invoker.SendAsync(request, cancellationToken);
    }

    // HTTP/2 without TLS cannot pass a proxy.
    private static SocketsHttpHandler DefaultHandler(bool isSecure) =>
        new() { EnableMultipleHttp2Connections = true, UseProxy = isSecure, AllowAutoRedirect = false };
}
