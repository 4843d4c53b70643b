using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Web;

/// <summary>A reply as the service sees it, which ends with its trailers as a frame of the body.</summary>
internal sealed class WebReply : IHttpResponseBodyFeature, IHttpResponseTrailersFeature, IHttpResetFeature, IDisposable
{
    private const int HeaderSize = 5;
    private const byte TrailersFlag = 0x80;
    private readonly HttpContext http;
    private readonly IHttpResponseBodyFeature body;
    private readonly IHttpResponseTrailersFeature? trailers;
    private readonly IHttpResetFeature? reset;
    private readonly Base64PipeWriter? encoder;
    private bool isFinished;

    public WebReply(HttpContext http, bool isText)
    {
        this.http = http;
        body = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        trailers = http.Features.Get<IHttpResponseTrailersFeature>();
        reset = http.Features.Get<IHttpResetFeature>();
        encoder = isText ? new Base64PipeWriter(body.Writer) : null;
        Writer = encoder ?? body.Writer;
        http.Features.Set<IHttpResponseBodyFeature>(this);
        http.Features.Set<IHttpResponseTrailersFeature>(this);
        http.Features.Set<IHttpResetFeature>(this);
    }

    public PipeWriter Writer { get; }

    public Stream Stream => Writer.AsStream(leaveOpen: true);

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    public void DisableBuffering() => body.DisableBuffering();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Sending a file during a gRPC call is not supported.");

    public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

    public async Task CompleteAsync()
    {
        await FinishAsync().ConfigureAwait(false);
        await body.CompleteAsync().ConfigureAwait(false);
    }

    // HTTP/1.1 has no streams to reset, and to cut the connection would cut a reply that is complete.
    public void Reset(int errorCode) => reset?.Reset(errorCode);

    /// <summary>Sends what waits, and the trailers unless there are none or they have been sent.</summary>
    public async Task FinishAsync()
    {
        if (isFinished)
            return;
        isFinished = true;
        if (Trailers.Count > 0 && !http.RequestAborted.IsCancellationRequested)
            await Writer.WriteAsync(TrailersFrame()).ConfigureAwait(false);
    }

    public void Dispose()
    {
        http.Features.Set(body);
        http.Features.Set(trailers);
        http.Features.Set(reset);
        encoder?.Dispose();
    }

    private byte[] TrailersFrame()
    {
        var block = new StringBuilder();
        foreach (var (name, values) in Trailers)
            foreach (var value in values)
                block.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append("\r\n");
        var frame = new byte[HeaderSize + block.Length];
        frame[0] = TrailersFlag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), block.Length);
        Encoding.ASCII.GetBytes(block.ToString(), frame.AsSpan(HeaderSize));
        return frame;
    }
}
