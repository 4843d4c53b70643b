using Grpc.Framing;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Web;

/// <summary>
/// Makes a gRPC-Web request look like gRPC over HTTP/2 to the service, and its reply like gRPC-Web to the browser:
/// trailers travel as a last frame of the body, and the text form is base64.
/// </summary>
internal sealed class GrpcWebMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        var isText = Wire.IsContentType(http.Request.ContentType, Wire.WebTextContentType);
        return HttpMethods.IsPost(http.Request.Method)
            && (isText || Wire.IsContentType(http.Request.ContentType, Wire.WebContentType))
                ? TranslateAsync(http, isText)
                : next(http);
    }

    private async Task TranslateAsync(HttpContext http, bool isText)
    {
        var (request, response) = (http.Request, http.Response);
        var (protocol, contentType, body) = (request.Protocol, request.ContentType, request.Body);
        var answersText = Wire.IsContentType(request.Headers.Accept, Wire.WebTextContentType);
        request.Protocol = HttpProtocol.Http2;
        request.ContentType = Wire.ContentType;
        if (isText)
            request.Body = new Base64ReadStream(body);
        using var reply = new WebReply(http, answersText);
        response.OnStarting(() =>
        {
            // The server ends an HTTP/1.1 reply in its own way, so it must know by now that it is one.
            request.Protocol = protocol;
            if (Wire.IsContentType(response.ContentType, Wire.ContentType))
                response.ContentType = answersText ? Wire.WebTextContentType : Wire.WebContentType;
            return Task.CompletedTask;
        });
        try
        {
            await next(http).ConfigureAwait(false);
            await reply.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            request.Protocol = protocol;
            request.ContentType = contentType;
            request.Body = body;
        }
    }
}
