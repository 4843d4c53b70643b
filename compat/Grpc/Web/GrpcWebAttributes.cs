namespace Grpc.AspNetCore.Web;

/// <summary>Says of an endpoint whether it speaks gRPC-Web.</summary>
public interface IGrpcWebEnabledMetadata
{
    bool GrpcWebEnabled { get; }
}

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class EnableGrpcWebAttribute : Attribute, IGrpcWebEnabledMetadata
{
    bool IGrpcWebEnabledMetadata.GrpcWebEnabled => true;
}

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class DisableGrpcWebAttribute : Attribute, IGrpcWebEnabledMetadata
{
    bool IGrpcWebEnabledMetadata.GrpcWebEnabled => false;
}
