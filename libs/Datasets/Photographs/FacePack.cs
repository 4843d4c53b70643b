using System.IO.MemoryMappedFiles;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace FaceMix.Datasets.Photographs;

/// <summary>
/// Photographs of a folder, decoded, cropped and resized once, in one memory-mapped file: a later epoch or run reads bytes and decodes nothing.
/// Layout: a header of 4096 bytes (magic, picture size, slots, place and length of the index), the pictures slot by slot, the index as JSON.
/// A pack is written under a temporary name and then renamed, so that there is a whole one or none.
/// </summary>
internal sealed unsafe class FacePack : IDisposable
{
    public const int HeaderBytes = 4096;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafeMemoryMappedViewHandle _handle;
    private readonly byte* _start;
    private int _users;

    private FacePack(MemoryMappedFile map, MemoryMappedViewAccessor view, byte* start, int size, PackIndex index)
    {
        _map = map;
        _view = view;
        _handle = view.SafeMemoryMappedViewHandle;
        _start = start;
        Size = size;
        Index = index;
    }

    /// <summary>Width and height of every picture.</summary>
    public int Size { get; }

    public PackIndex Index { get; }

    /// <summary>Opens a pack, or gives null when the file is not there or not a whole pack of this version.</summary>
    public static FacePack? TryOpen(string path)
    {
        // An empty file cannot be mapped.
        if (new FileInfo(path) is not { Exists: true, Length: > HeaderBytes })
            return null;
        var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        var length = (long)view.SafeMemoryMappedViewHandle.ByteLength;
        var pack = PackHeader.TryRead(new ReadOnlySpan<byte>(start, (int)Math.Min(length, HeaderBytes)), length) is { } header
            && JsonSerializer.Deserialize<PackIndex>(new ReadOnlySpan<byte>(start + header.IndexAt, header.IndexBytes)) is { } index
            ? new FacePack(map, view, start, header.Size, index)
            : null;
        if (pack is null)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            map.Dispose();
        }

        return pack;
    }

    /// <summary>Copies the picture of one slot; safe from many threads.</summary>
    public void Read(int slot, Span<byte> rgb)
    {
        var bytes = Size * Size * 3;
        new ReadOnlySpan<byte>(_start + HeaderBytes + (long)slot * bytes, bytes).CopyTo(rgb);
    }

    /// <summary>Counts one more source that reads from here.</summary>
    public FacePack Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Unmaps the file when the last source that shares it has gone.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        _handle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}

/// <summary>What a pack holds.</summary>
/// <param name="Digest">SHA-256, in hex, over paths and bytes of the files that went in.</param>
/// <param name="Keys">Path of each picture below its folder.</param>
/// <param name="Slots">Where each picture lies.</param>
/// <param name="Skipped">Files that could not be decoded.</param>
internal sealed record PackIndex(string Digest, string[] Keys, int[] Slots, SkippedFile[] Skipped);

/// <summary>The fixed part at the start of a pack, little-endian.</summary>
internal readonly record struct PackHeader(int Size, int Slots, long IndexAt, int IndexBytes)
{
    private static ReadOnlySpan<byte> Magic => "FMPACK01"u8;

    public void Write(Span<byte> to)
    {
        Magic.CopyTo(to);
        BitConverter.TryWriteBytes(to[8..], Size);
        BitConverter.TryWriteBytes(to[12..], Slots);
        BitConverter.TryWriteBytes(to[16..], IndexAt);
        BitConverter.TryWriteBytes(to[24..], IndexBytes);
    }

    /// <summary>Null unless the header is one and the file is as long as it says.</summary>
    public static PackHeader? TryRead(ReadOnlySpan<byte> from, long length)
    {
        if (from.Length < FacePack.HeaderBytes || !from.StartsWith(Magic))
            return null;
        var header = new PackHeader(BitConverter.ToInt32(from[8..]), BitConverter.ToInt32(from[12..]), BitConverter.ToInt64(from[16..]), BitConverter.ToInt32(from[24..]));
        var whole = FacePack.HeaderBytes + (long)header.Slots * header.Size * header.Size * 3 == header.IndexAt && header.IndexAt + header.IndexBytes == length;
        return whole ? header : null;
    }
}
