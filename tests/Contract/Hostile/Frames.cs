using System.Buffers.Binary;
using System.Text;

namespace FaceMix.Tests.Contract.Hostile;

internal enum FrameType : byte
{
    Data, Headers, Priority, ResetStream, Settings, PushPromise, Ping, GoAway, WindowUpdate, Continuation,
}

/// <summary>Frames of HTTP/2 (RFC 9113, section 6) and messages of gRPC, right or wrong.</summary>
internal static class Frames
{
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    public static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    public static byte[] Of(FrameType type, byte flags, int stream, params ReadOnlySpan<byte> payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, flags, .. BigEndian((uint)stream), .. payload];

    public static byte[] Settings(ushort id, uint value) => Of(FrameType.Settings, 0, 0, [(byte)(id >> 8), (byte)id, .. BigEndian(value)]);

    /// <summary>The beginning of a connection; the window is what each stream of the server's may send.</summary>
    public static byte[] Greeting(uint window = 1 << 20) => [.. Preface, .. Settings(4, window)];

    public static byte[] Reset(int stream) => Of(FrameType.ResetStream, 0, stream, BigEndian(8));

    public static byte[] Call(int stream, string path, params (string, string)[] more) => Of(FrameType.Headers, EndHeaders, stream, Block(path, more));

    /// <summary>A call with its one message.</summary>
    public static byte[] WholeCall(int stream, string path, byte[] message) =>
        [.. Call(stream, path), .. Of(FrameType.Data, EndStream, stream, Message(message))];

    /// <summary>A gRPC message behind five bytes that may lie.</summary>
    public static byte[] Message(byte[] bytes, byte flag = 0, uint? length = null) => [flag, .. BigEndian(length ?? (uint)bytes.Length), .. bytes];

    /// <summary>A block of headers (RFC 7541): literals only.</summary>
    public static byte[] Block(string path, params (string Name, string Value)[] more)
    {
        (string, string)[] all =
        [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"), .. more,
        ];
        return [.. all.SelectMany(header => Header(header.Item1, header.Item2))];
    }

    public static byte[] Header(string name, string value) => [0, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        var bytes = new List<byte>();
        var length = text.Length;
        if (length >= 127)
        {
            bytes.Add(127);
            for (length -= 127; length >= 128; length >>= 7)
                bytes.Add((byte)(length | 128));
        }
        bytes.Add((byte)length);
        return [.. bytes, .. Encoding.ASCII.GetBytes(text)];
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
