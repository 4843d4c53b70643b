using System.Buffers.Binary;

namespace FaceMix.Tests.Hostile.Http2;

/// <summary>Reads frames one by one; null at the end of the connection, however it ended.</summary>
internal sealed class FrameReader(Stream stream)
{
    private readonly byte[] header = new byte[Frame.HeaderSize];

    public async Task<(FrameType Type, byte Flags, int Stream, byte[] Payload)?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await stream.ReadExactlyAsync(header, cancellationToken);
            var payload = new byte[(header[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(1))];
            await stream.ReadExactlyAsync(payload, cancellationToken);
            return ((FrameType)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue, payload);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return null;
        }
    }
}
