using Grpc.Core;

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
        var call = Start(method, host, options, new SingleContent<TRequest>(request, method.RequestMarshaller, channel.Options.MaxSendMessageSize, options.WriteOptions));
        return new(call.ReadSingleAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Start(method, host, options, new SingleContent<TRequest>(request, method.RequestMarshaller, channel.Options.MaxSendMessageSize, options.WriteOptions));
        return new(new ResponseReader<TRequest, TResponse>(call), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var content = new StreamedContent(channel.Options.MaxSendMessageSize);
        var call = Start(method, host, options, content);
        return new(new RequestWriter<TRequest, TResponse>(call, content, options.WriteOptions), call.ReadSingleAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var content = new StreamedContent(channel.Options.MaxSendMessageSize);
        var call = Start(method, host, options, content);
        return new(new RequestWriter<TRequest, TResponse>(call, content, options.WriteOptions), new ResponseReader<TRequest, TResponse>(call), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private ClientCall<TRequest, TResponse> Start<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, RequestContent content)
        where TRequest : class
        where TResponse : class
    {
        ObjectDisposedException.ThrowIf(channel.Closing.IsCancellationRequested, channel);
        var call = new ClientCall<TRequest, TResponse>(channel, method, options, content);
        call.Start(host);
        return call;
    }
}
