using System.Numerics;

namespace FaceMix.Trainer.Reports.TensorBoard;

/// <summary>The checksum of TFRecord frames: CRC-32C (Castagnoli), turned and shifted so that a checksum of checksums is none of the data's.</summary>
public static class Crc32C
{
    private const uint MaskDelta = 0xA282EAD8;

    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + MaskDelta;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
