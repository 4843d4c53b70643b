namespace Microsoft.AspNetCore.Builder;

public class GrpcWebOptions
{
    /// <summary>Whether services speak gRPC-Web unless an attribute says otherwise.</summary>
    public bool DefaultEnabled { get; set; }
}
