using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>Starts a call of each kind on a channel.</summary>
internal sealed class HttpInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Start(method, host, options, Single(method, options, request));
        return new(call.ReadSingleAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Start(method, host, options, Single(method, options, request));
        return new(new ResponseReader<TRequest, TResponse>(call), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var content = Streamed(method, options);
        var call = Start(method, host, options, content);
        return new(new RequestWriter<TRequest, TResponse>(call, content, options.WriteOptions), call.ReadSingleAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var content = Streamed(method, options);
        var call = Start(method, host, options, content);
        return new(new RequestWriter<TRequest, TResponse>(call, content, options.WriteOptions), new ResponseReader<TRequest, TResponse>(call), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private static bool IsGzip(CallOptions options) => options.Headers?.GetValue(Wire.RequestedEncoding) switch
    {
        null or Wire.Identity => false,
        Gzip.Name => true,
        var name => throw new InvalidOperationException($"Could not find compression provider for '{name}'."),
    };

    private SingleContent<TRequest> Single<TRequest, TResponse>(Method<TRequest, TResponse> method, CallOptions options, TRequest request) =>
        new(channel, request, method.RequestMarshaller, IsGzip(options), options.WriteOptions, channel.Retries.PolicyOf(method) is not null);

    private StreamContent Streamed(IMethod method, CallOptions options) => channel.Retries.PolicyOf(method) is null
        ? new DirectContent(channel, IsGzip(options))
        : new ReplayedContent(channel, IsGzip(options));

    private ClientCall<TRequest, TResponse> Start<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, RequestContent content)
        where TRequest : class
        where TResponse : class
    {
        ObjectDisposedException.ThrowIf(channel.Closing.IsCancellationRequested, channel);
        if (options.Deadline is { Kind: not DateTimeKind.Utc } deadline && deadline != DateTime.MaxValue && deadline != DateTime.MinValue)
            throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");
        var call = new ClientCall<TRequest, TResponse>(channel, method, host, options, content);
        call.Start();
        return call;
    }
}
