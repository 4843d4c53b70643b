using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FaceMix.ServiceDefaults;

/// <summary>What a service's own exceptions are on the wire; register any number of these.</summary>
public interface IErrorMapper
{
    /// <summary>The error that the caller receives, or null when the exception is not one of this mapper's.</summary>
    RpcException? Map(Exception exception);
}

/// <summary>
/// Around each handler: refuses calls while the service drains, and turns exceptions into statuses. What no
/// <see cref="IErrorMapper"/> knows becomes INTERNAL with an id: the caller learns nothing of the inside, the log everything.
/// </summary>
internal sealed class CallInterceptor(Drain drain, IEnumerable<IErrorMapper> mappers) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WithoutResult(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WithoutResult(continuation(requestStream, responseStream, context)));

    private async Task<T> RunAsync<T>(ServerCallContext context, Func<Task<T>> handler)
    {
        using var place = drain.Enter(context.Method);
        try
        {
            return await handler();
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Map(exception, context);
        }
    }

    private RpcException Map(Exception exception, ServerCallContext context)
    {
        // The caller has left: that nothing more can be sent to it is no fault.
        if (context.CancellationToken.IsCancellationRequested && exception is OperationCanceledException or IOException or InvalidOperationException)
            return new RpcException(new Status(StatusCode.Cancelled, "The caller has left."));
        return mappers.Select(mapper => mapper.Map(exception)).FirstOrDefault(mapped => mapped is not null) ?? RpcErrors.Internal(exception);
    }

    private static async Task<bool> WithoutResult(Task work)
    {
        await work;
        return true;
    }
}
