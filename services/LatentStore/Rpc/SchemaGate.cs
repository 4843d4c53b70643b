using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FaceMix.LatentStore.Rpc;

/// <summary>No call reaches a database whose schema is not known to be this program's.</summary>
internal sealed class SchemaGate(DatabaseWatch watch) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        watch.HasSchema
            ? continuation(request, context)
            : throw StoreErrorMapper.Unavailable("The latent store has not reached its database yet; /readyz says why.");
}
