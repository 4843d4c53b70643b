namespace FaceMix.ServiceDefaults;

/// <summary>What a service is called and where it listens unless configuration says otherwise.</summary>
/// <param name="Name">"decoder": in logs and metrics.</param>
/// <param name="GrpcPort">Null: it speaks no gRPC.</param>
/// <param name="HttpPort">HTTP/1.1.</param>
/// <param name="RpcServices">Full names of its gRPC services, whose health is told.</param>
public sealed record ServiceIdentity(string Name, int? GrpcPort, int HttpPort, params IReadOnlyList<string> RpcServices);
