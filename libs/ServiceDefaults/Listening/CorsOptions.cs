using System.ComponentModel.DataAnnotations;
using Grpc.Core;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace FaceMix.ServiceDefaults;

/// <summary>Which pages of other hosts may call over gRPC-Web; configuration section <c>Cors</c>.</summary>
public sealed class CorsOptions : IValidatableObject
{
    /// <summary>"https://faces.example", or "*" for every page; none unless set.</summary>
    public string[] Origins { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Origins.Where(origin => !IsOrigin(origin))
        .Select(wrong => new ValidationResult($"Cors:Origins holds '{wrong}', but an origin is a scheme and a host, such as https://faces.example, or * for all."));

    internal void AddTo(CorsPolicyBuilder policy) => policy
        .WithOrigins(Origins)
        .WithMethods("POST")
        .AllowAnyHeader()
        // A call without messages carries its status in headers, which a page sees only if they are named here.
        .WithExposedHeaders("grpc-status", "grpc-message", "grpc-encoding", "grpc-accept-encoding", MetadataExtensions.StatusDetailsTrailerName)
        .SetPreflightMaxAge(TimeSpan.FromHours(2));

    private static bool IsOrigin(string origin) => origin == "*"
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && origin == uri.GetLeftPart(UriPartial.Authority));
}
