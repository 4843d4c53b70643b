using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>What all four kinds of call can be asked.</summary>
internal sealed class CallState(Task<Metadata> headers, Func<Status> status, Func<Metadata> trailers, Action dispose)
{
    public Task<Metadata> Headers => headers;

    public Status Status => status();

    public Metadata Trailers => trailers();

    public void Dispose() => dispose();
}

/// <summary>One request, one response. Disposing cancels a call that has not ended.</summary>
public sealed class AsyncUnaryCall<TResponse>(
    Task<TResponse> responseAsync,
    Task<Metadata> responseHeadersAsync,
    Func<Status> getStatusFunc,
    Func<Metadata> getTrailersFunc,
    Action disposeAction) : IDisposable
{
    private readonly CallState state = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction);

    public Task<TResponse> ResponseAsync => responseAsync;

    public Task<Metadata> ResponseHeadersAsync => state.Headers;

    public TaskAwaiter<TResponse> GetAwaiter() => responseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        responseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <summary>Only once the call has ended.</summary>
    public Status GetStatus() => state.Status;

    /// <summary>Only once the call has ended.</summary>
    public Metadata GetTrailers() => state.Trailers;

    public void Dispose() => state.Dispose();
}

/// <summary>One request, a stream of responses. Disposing cancels a call that has not ended.</summary>
public sealed class AsyncServerStreamingCall<TResponse>(
    IAsyncStreamReader<TResponse> responseStream,
    Task<Metadata> responseHeadersAsync,
    Func<Status> getStatusFunc,
    Func<Metadata> getTrailersFunc,
    Action disposeAction) : IDisposable
{
    private readonly CallState state = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction);

    public IAsyncStreamReader<TResponse> ResponseStream => responseStream;

    public Task<Metadata> ResponseHeadersAsync => state.Headers;

    /// <summary>Only once the call has ended.</summary>
    public Status GetStatus() => state.Status;

    /// <summary>Only once the call has ended.</summary>
    public Metadata GetTrailers() => state.Trailers;

    public void Dispose() => state.Dispose();
}

/// <summary>A stream of requests, one response. Disposing cancels a call that has not ended.</summary>
public sealed class AsyncClientStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requestStream,
    Task<TResponse> responseAsync,
    Task<Metadata> responseHeadersAsync,
    Func<Status> getStatusFunc,
    Func<Metadata> getTrailersFunc,
    Action disposeAction) : IDisposable
{
    private readonly CallState state = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction);

    public IClientStreamWriter<TRequest> RequestStream => requestStream;

    public Task<TResponse> ResponseAsync => responseAsync;

    public Task<Metadata> ResponseHeadersAsync => state.Headers;

    public TaskAwaiter<TResponse> GetAwaiter() => responseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        responseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <summary>Only once the call has ended.</summary>
    public Status GetStatus() => state.Status;

    /// <summary>Only once the call has ended.</summary>
    public Metadata GetTrailers() => state.Trailers;

    public void Dispose() => state.Dispose();
}

/// <summary>Streams both ways. Disposing cancels a call that has not ended.</summary>
public sealed class AsyncDuplexStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requestStream,
    IAsyncStreamReader<TResponse> responseStream,
    Task<Metadata> responseHeadersAsync,
    Func<Status> getStatusFunc,
    Func<Metadata> getTrailersFunc,
    Action disposeAction) : IDisposable
{
    private readonly CallState state = new(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction);

    public IClientStreamWriter<TRequest> RequestStream => requestStream;

    public IAsyncStreamReader<TResponse> ResponseStream => responseStream;

    public Task<Metadata> ResponseHeadersAsync => state.Headers;

    /// <summary>Only once the call has ended.</summary>
    public Status GetStatus() => state.Status;

    /// <summary>Only once the call has ended.</summary>
    public Metadata GetTrailers() => state.Trailers;

    public void Dispose() => state.Dispose();
}
