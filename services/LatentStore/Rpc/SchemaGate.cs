using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FaceMix.LatentStore.Rpc;

/// <summary>No call reaches a database whose schema is not known to be this program's.</summary>
internal sealed class SchemaGate(DatabaseWatch watch) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Open(() => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Open(() => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Open(() => continuation(request, responseStream, context));

    private T Open<T>(Func<T> call) => watch.HasSchema
        ? call()
        : throw StoreErrorMapper.Unavailable("The latent store has not reached its database yet; /readyz says why.");
}
