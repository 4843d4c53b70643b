using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;

namespace FaceMix.Tests;

/// <summary>A call as it looks on the wire, over HTTP/2 or as gRPC-Web over HTTP/1.1, without any client of gRPC.</summary>
internal sealed record RawCall(HttpResponseMessage Response, byte[] Body)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Flag and bytes of each frame of the body.</summary>
    public IReadOnlyList<(byte Flag, byte[] Bytes)> Frames
    {
        get
        {
            var frames = new List<(byte, byte[])>();
            for (var at = 0; at < Body.Length; at += 5 + BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(at + 1)))
                frames.Add((Body[at], Body[(at + 5)..(at + 5 + BinaryPrimitives.ReadInt32BigEndian(Body.AsSpan(at + 1)))]));
            return frames;
        }
    }

    /// <summary>The reply's status is in its headers.</summary>
    public bool IsTrailersOnly => Response.Headers.Contains("grpc-status");

    public StatusCode Status => (StatusCode)int.Parse(Value("grpc-status") ?? throw new InvalidDataException("The reply has no status."));

    /// <summary>As it was sent, still encoded.</summary>
    public string? Message => Value("grpc-message");

    public static byte[] Framed(IMessage message) => Framed(0, message.ToByteArray());

    public static byte[] Framed(byte flag, byte[] bytes)
    {
        var frame = new byte[5 + bytes.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        return frame;
    }

    public static async Task<RawCall> SendAsync(Uri server, string method, byte[] body, string type = "application/grpc", params (string Name, string Value)[] headers)
    {
        var isText = type.Contains("text");
        var content = new ByteArrayContent(isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(body)) : body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var isWeb = type.StartsWith("application/grpc-web");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, $"/facemix.tests.v1.EchoService/{method}"))
        {
            Content = content,
            Version = isWeb ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (isWeb)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await Http.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new RawCall(response, isText ? Decoded(bytes) : bytes);
    }

    /// <summary>The last value of a trailer, wherever the trailers are; null where it is not there.</summary>
    public string? Value(string name)
    {
        if (Frames is [.., (0x80, var block)])
            return Encoding.ASCII.GetString(block).Split("\r\n").LastOrDefault(line => line.StartsWith(name + ": "))?[(name.Length + 2)..];
        var source = IsTrailersOnly ? Response.Headers : Response.TrailingHeaders;
        return source.NonValidated.TryGetValues(name, out var values) ? values.Last() : null;
    }

    // Each flush may have padding of its own.
    private static byte[] Decoded(byte[] text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i += 4)
            bytes.AddRange(Convert.FromBase64String(Encoding.ASCII.GetString(text, i, 4)));
        return [.. bytes];
    }
}
