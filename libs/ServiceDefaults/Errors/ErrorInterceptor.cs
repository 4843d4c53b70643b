using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Turns what a service did not expect into INTERNAL with an id, and logs the exception under that id: the
/// caller learns nothing of the inside, the operator everything.
/// </summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception error) when (IsUnexpected(error, context))
        {
            throw Logged(error, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context).ConfigureAwait(false);
        }
        catch (Exception error) when (IsUnexpected(error, context))
        {
            throw Logged(error, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception error) when (IsUnexpected(error, context))
        {
            throw Logged(error, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception error) when (IsUnexpected(error, context))
        {
            throw Logged(error, context);
        }
    }

    // Whoever has left needs no answer, and a broken pipe to them is no fault.
    private static bool IsUnexpected(Exception error, ServerCallContext context) =>
        error is not RpcException && !(error is OperationCanceledException or IOException && context.CancellationToken.IsCancellationRequested);

    private RpcException Logged(Exception error, ServerCallContext context)
    {
        var errorId = Guid.NewGuid().ToString("N")[..12];
        Log.UnexpectedError(logger, context.Method, errorId, error);
        return RpcErrors.Internal(errorId);
    }
}
