using System.Net;

namespace FaceMix.Tests.Interop.Wire;

/// <summary>Sees what a client of ours sends and receives.</summary>
internal sealed class TappedHandler(Seen seen) : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } requests)
            request.Content = new TappedContent(requests, new WireTap(seen.Requests.Enqueue));
        var response = await base.SendAsync(request, cancellationToken);
        response.Content = new TappedContent(response.Content, new WireTap(seen.Responses.Enqueue));
        return response;
    }

    private sealed class TappedContent : HttpContent
    {
        private readonly HttpContent inner;
        private readonly WireTap tap;

        public TappedContent(HttpContent inner, WireTap tap)
        {
            (this.inner, this.tap) = (inner, tap);
            foreach (var (name, values) in inner.Headers)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            inner.CopyToAsync(new TappedStream(stream, tap), context, cancellationToken);

        protected override async Task<Stream> CreateContentReadStreamAsync() => new TappedStream(await inner.ReadAsStreamAsync(), tap);

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
