using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Grpc.Framing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Web;

/// <summary>
/// Makes a gRPC-Web request look like gRPC over HTTP/2 to the service, and its reply like gRPC-Web to the browser:
/// trailers travel as a last frame of the body, and the text form is base64.
/// </summary>
internal sealed class GrpcWebMiddleware(RequestDelegate next, GrpcWebOptions options)
{
    private const string Binary = "application/grpc-web";
    private const string Text = "application/grpc-web-text";
    private const byte TrailersFrame = 0x80;

    public Task InvokeAsync(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method)
            && http.Request.ContentType is { } type && type.StartsWith(Binary, StringComparison.OrdinalIgnoreCase)
            && (http.GetEndpoint()?.Metadata.GetMetadata<IGrpcWebEnabledMetadata>()?.GrpcWebEnabled ?? options.DefaultEnabled)
                ? TranslateAsync(http)
                : next(http);

    private async Task TranslateAsync(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        var (protocol, contentType, body) = (request.Protocol, request.ContentType, request.Body);
        var isText = contentType!.StartsWith(Text, StringComparison.OrdinalIgnoreCase);
        var answersText = request.Headers.Accept.ToString().StartsWith(Text, StringComparison.OrdinalIgnoreCase);

        request.Protocol = HttpProtocol.Http2;
        request.ContentType = Wire.ContentType;
        if (isText)
            request.Body = new Base64ReadStream(body);
        var trailers = new TrailersFeature();
        var oldTrailers = http.Features.Get<IHttpResponseTrailersFeature>();
        http.Features.Set<IHttpResponseTrailersFeature>(trailers);
        var oldResponse = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var encoder = answersText ? new Base64WriteStream(oldResponse.Stream) : null;
        if (encoder is not null)
            http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(encoder, oldResponse));
        response.OnStarting(() =>
        {
            // The server ends an HTTP/1.1 reply in its own way, so it must know by now that it is one.
            request.Protocol = protocol;
            if (response.ContentType == Wire.ContentType)
                response.ContentType = answersText ? Text : Binary;
            return Task.CompletedTask;
        });
        try
        {
            await next(http).ConfigureAwait(false);
            if (trailers.Trailers.Count > 0 && !http.RequestAborted.IsCancellationRequested)
            {
                WriteTrailers(response.BodyWriter, trailers.Trailers);
                await response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
            }
            if (encoder is not null)
                await encoder.FinishAsync(http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            request.Protocol = protocol;
            request.ContentType = contentType;
            request.Body = body;
            http.Features.Set(oldResponse);
            http.Features.Set(oldTrailers);
        }
    }

    private static void WriteTrailers(IBufferWriter<byte> target, IHeaderDictionary trailers)
    {
        var block = new StringBuilder();
        foreach (var (name, values) in trailers)
            foreach (var value in values)
                block.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append("\r\n");
        var bytes = Encoding.ASCII.GetBytes(block.ToString());
        var header = target.GetSpan(5);
        header[0] = TrailersFrame;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], bytes.Length);
        target.Advance(5);
        target.Write(bytes);
    }

    private sealed class TrailersFeature : IHttpResponseTrailersFeature
    {
        public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();
    }
}
