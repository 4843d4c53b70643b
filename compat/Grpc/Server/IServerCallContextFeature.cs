using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Lets ASP.NET's side of a request see its gRPC side.</summary>
public interface IServerCallContextFeature
{
    ServerCallContext ServerCallContext { get; }
}
