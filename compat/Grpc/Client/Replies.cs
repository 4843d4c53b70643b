using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>What the headers and trailers of a reply say.</summary>
internal static class Replies
{
    /// <summary>How the call ended, where the reply has no messages; null where they are still to come.</summary>
    public static Status? StatusOfHeaders(HttpResponseMessage response)
    {
        if (response.Headers.Contains(Wire.Status))
            return StatusOf(response.Headers);
        if (response.Version < HttpVersion.Version20)
            return new Status(StatusCode.Internal, $"Bad gRPC response. Response protocol downgraded to HTTP/{response.Version}.");
        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(CodeOf(response.StatusCode), $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}");
        var type = response.Content.Headers.ContentType?.MediaType;
        return type is not null && type.StartsWith(Wire.ContentType, StringComparison.OrdinalIgnoreCase)
            ? null
            : new Status(StatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {type}");
    }

    /// <param name="source">Trailers, or the headers of a reply without messages.</param>
    public static Status StatusOf(HttpResponseHeaders source)
    {
        if (!source.TryGetValues(Wire.Status, out var codes))
            return new Status(StatusCode.Cancelled, "No grpc-status found on response.");
        var detail = source.TryGetValues(Wire.Message, out var messages) ? Wire.DecodeMessage(string.Join(',', messages)) : "";
        var isKnown = int.TryParse(codes.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) && Enum.IsDefined((StatusCode)code);
        return new Status(isKnown ? (StatusCode)code : StatusCode.Unknown, detail);
    }

    public static Metadata MetadataOf(HttpHeaders source)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in source.NonValidated)
            if (Wire.IsMetadata(name) && name is not (Wire.Status or Wire.Message))
                foreach (var value in values)
                    Wire.Add(metadata, name, value);
        return metadata;
    }

    private static StatusCode CodeOf(HttpStatusCode http) => http switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.RequestHeaderFieldsTooLarge => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
