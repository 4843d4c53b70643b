using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using Xunit;

namespace FaceMix.Tests.Packaging;

/// <summary>Packages carry native libraries for every system; outputs hold those of linux-x64.</summary>
public sealed class OutputTests
{
    private const uint Elf = 0x7F454C46;
    private const ushort ElfX64 = 62;

    // Mach-O of 32 and 64 bits, either byte order, and universal.
    private static readonly uint[] s_machO = [0xFEEDFACE, 0xFEEDFACF, 0xCEFAEDFE, 0xCFFAEDFE, 0xCAFEBABE];

    [Theory]
    [InlineData("Decoder", "libonnxruntime.so", "libOpenCvSharpExtern.so")]
    [InlineData("Trainer", "libonnxruntime.so", "libOpenCvSharpExtern.so", "libLibTorchSharp.so", "libtorch_cpu.so")]
    public void Only_native_libraries_of_linux_x64_reach_the_output(string project, params string[] needed)
    {
        var folder = Path.GetDirectoryName(ServiceProcess.PathOf(project))!;
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

        Assert.Empty(files.Where(IsForeign).Select(file => Path.GetRelativePath(folder, file)));
        Assert.False(Directory.Exists(Path.Combine(folder, "runtimes")));
        Assert.Superset(needed.ToHashSet(), files.Select(file => Path.GetFileName(file)).ToHashSet());
    }

    [Fact]
    public void A_library_of_another_system_would_be_noticed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("mac.dylib"), [0xCF, 0xFA, 0xED, 0xFE, .. new byte[60]]);
        File.WriteAllBytes(folder.File("arm.so"), [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, .. new byte[11], 183, 0, .. new byte[44]]);
        File.WriteAllBytes(folder.File("windows.dll"), NativeWindowsLibrary());

        Assert.All(Directory.GetFiles(folder.Path), file => Assert.True(IsForeign(file), file));
        Assert.False(IsForeign(typeof(OutputTests).Assembly.Location));
    }

    private static bool IsForeign(string file)
    {
        using var stream = File.OpenRead(file);
        Span<byte> head = stackalloc byte[64];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
            return false;
        var magic = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (magic == Elf)
            return BinaryPrimitives.ReadUInt16LittleEndian(head[18..]) != ElfX64;
        if (head.StartsWith("MZ"u8))
        {
            stream.Position = 0;
            using var image = new PEReader(stream);
            return !image.HasMetadata;
        }
        return s_machO.Contains(magic);
    }

    // The smallest header that says "a library for x64 without .NET metadata".
    private static byte[] NativeWindowsLibrary()
    {
        var image = new byte[512];
        "MZ"u8.CopyTo(image);
        image[0x3C] = 0x80;
        "PE\0\0"u8.CopyTo(image.AsSpan(0x80));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x84), 0x8664);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x94), 240);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x96), 0x2022);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x98), 0x20B);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(0x98 + 108), 16);
        return image;
    }
}
