using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>On every endpoint that is a gRPC method.</summary>
public sealed class GrpcMethodMetadata(Type serviceType, IMethod method)
{
    public Type ServiceType { get; } = serviceType;

    public IMethod Method { get; } = method;
}
