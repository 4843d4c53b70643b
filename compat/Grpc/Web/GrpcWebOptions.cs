namespace Microsoft.AspNetCore.Builder;

public class GrpcWebOptions
{
    /// <summary>Whether services speak gRPC-Web.</summary>
    public bool DefaultEnabled { get; set; }
}
