using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>What gRPC says in HTTP's words: which requests are calls, and how headers, status and trailers are written.</summary>
internal static class GrpcHttp
{
    /// <summary>False, and the answer is there, where the request is no call.</summary>
    public static bool Accepts(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        if (HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0)
        {
            response.Headers.Allow = HttpMethods.Post;
            return Refuse(response, StatusCodes.Status405MethodNotAllowed, "Unhandled CORS preflight request received. CORS may not be configured correctly in the application.");
        }
        if (!Wire.IsContentType(request.ContentType, Wire.ContentType))
            return Refuse(response, StatusCodes.Status415UnsupportedMediaType, request.ContentType is null
                ? "Content-Type is missing from the request."
                : $"Content-Type '{request.ContentType}' is not supported.");
        if (HttpProtocol.IsHttp2(request.Protocol))
            return true;
        response.Headers.Upgrade = HttpProtocol.Http2;
        return Refuse(response, StatusCodes.Status426UpgradeRequired, $"Request protocol '{request.Protocol}' is not supported.");
    }

    /// <summary>A stream of requests may last and grow; its messages have a limit of their own.</summary>
    public static void LiftLimits(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } incoming)
            incoming.MinDataRate = null;
    }

    public static Metadata ReadHeaders(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
            if (Wire.IsMetadata(name))
                Wire.Add(metadata, name, values.ToString());
        return metadata;
    }

    /// <exception cref="InvalidOperationException">A value would not survive the way, or become a header of its own.</exception>
    public static void Append(IHeaderDictionary target, Metadata.Entry entry)
    {
        var value = Wire.ValueOf(entry);
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new InvalidOperationException($"Error adding '{entry.Key}' to the response: its value is not printable ASCII; a key that ends in '-bin' may hold any bytes.");
        target.Append(entry.Key, value);
    }

    /// <summary>Where a status belongs: into the headers while nothing has been sent, so that the reply has no body.</summary>
    public static IHeaderDictionary StatusTarget(HttpContext http) => http.Response.HasStarted
        ? http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
            ?? throw new InvalidOperationException("Trailers are not supported for this response. The server may not support gRPC.")
        : http.Response.Headers;

    public static void SetStatus(IHeaderDictionary target, Status status)
    {
        target[Wire.Status] = Wire.EncodeStatus(status.StatusCode);
        target[Wire.Message] = string.IsNullOrEmpty(status.Detail) ? default : Wire.EncodeMessage(status.Detail);
    }

    private static bool Refuse(HttpResponse response, int httpStatus, string detail)
    {
        response.StatusCode = httpStatus;
        SetStatus(response.Headers, new Status(StatusCode.Internal, detail));
        return false;
    }
}
