using System.Buffers.Binary;

namespace FaceMix.Tests.Hostile.Http2;

internal enum FrameType : byte
{
    Data, Headers, Priority, ResetStream, Settings, PushPromise, Ping, GoAway, WindowUpdate, Continuation,
}

internal enum ErrorCode : uint
{
    NoError, ProtocolError, InternalError, FlowControlError, SettingsTimeout, StreamClosed, FrameSizeError, RefusedStream,
    Cancel, CompressionError, ConnectError, EnhanceYourCalm, InadequateSecurity, Http11Required,
}

/// <summary>Frames of HTTP/2 (RFC 9113, section 6), right or wrong.</summary>
internal static class Frame
{
    public const int HeaderSize = 9;
    public const byte EndStream = 0x1;
    public const byte Ack = 0x1;
    public const byte EndHeaders = 0x4;

    public static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    public static byte[] Of(FrameType type, byte flags, int stream, params ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderSize + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeaderSize));
        return frame;
    }

    public static byte[] Data(int stream, ReadOnlySpan<byte> bytes, bool ends) => Of(FrameType.Data, ends ? EndStream : (byte)0, stream, bytes);

    public static byte[] Headers(int stream, IEnumerable<(string, string)> headers, bool ends = false) =>
        Of(FrameType.Headers, (byte)(EndHeaders | (ends ? EndStream : 0)), stream, Hpack.Encode(headers));

    /// <summary>A block of any size, in as many frames as it needs.</summary>
    public static byte[] LongHeaders(int stream, IEnumerable<(string, string)> headers, bool ends = false)
    {
        var pieces = Hpack.Encode(headers).Chunk(16_384).ToArray();
        return [.. pieces.SelectMany((piece, i) => Of(
            i == 0 ? FrameType.Headers : FrameType.Continuation,
            (byte)((i == pieces.Length - 1 ? EndHeaders : 0) | (i == 0 && ends ? EndStream : 0)),
            stream,
            piece))];
    }

    public static byte[] Reset(int stream, ErrorCode code) => Of(FrameType.ResetStream, 0, stream, BigEndian((uint)code));

    public static byte[] GoAway(int lastStream, ErrorCode code) => Of(FrameType.GoAway, 0, 0, [.. BigEndian((uint)lastStream), .. BigEndian((uint)code)]);

    public static byte[] WindowUpdate(int stream, uint increment) => Of(FrameType.WindowUpdate, 0, stream, BigEndian(increment));

    public static byte[] Settings(params (ushort Id, uint Value)[] settings) =>
        Of(FrameType.Settings, 0, 0, [.. settings.SelectMany(each => (byte[])[(byte)(each.Id >> 8), (byte)each.Id, .. BigEndian(each.Value)])]);

    public static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>A gRPC message behind five bytes that may lie.</summary>
    public static byte[] Message(ReadOnlySpan<byte> bytes, byte flag = 0, uint? length = null) => [flag, .. BigEndian(length ?? (uint)bytes.Length), .. bytes];
}
