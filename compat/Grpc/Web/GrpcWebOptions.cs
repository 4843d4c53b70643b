namespace Grpc.AspNetCore.Web;

public class GrpcWebOptions
{
    /// <summary>Whether services speak gRPC-Web unless an attribute says otherwise.</summary>
    public bool DefaultEnabled { get; set; }
}

/// <summary>Says of an endpoint whether it speaks gRPC-Web.</summary>
public interface IGrpcWebEnabledMetadata
{
    bool GrpcWebEnabled { get; }
}

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class EnableGrpcWebAttribute : Attribute, IGrpcWebEnabledMetadata
{
    public bool GrpcWebEnabled => true;
}

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class DisableGrpcWebAttribute : Attribute, IGrpcWebEnabledMetadata
{
    public bool GrpcWebEnabled => false;
}
