using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FaceMix.ModelStore.Safetensors;

/// <summary>
/// An open safetensors file. The header is checked whole on opening: a file that opens has no holes, no overlaps and
/// no byte that belongs to no tensor. Tensors are read on demand; reading is safe from several threads.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private SafetensorsFile(SafeFileHandle handle, string path, SafetensorsHeader header)
    {
        _handle = handle;
        _path = path;
        Tensors = header.Tensors;
        Metadata = header.Metadata;
    }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary>The header's <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="ModelStoreException">The file cannot be opened or breaks a rule of the format; the message says which tensor and why.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelStoreException($"{path}: the file cannot be opened: {e.Message}", e);
        }
        try
        {
            return new SafetensorsFile(handle, path, SafetensorsHeader.Read(handle, path));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a float32 tensor of the shape expected.</summary>
    /// <exception cref="ModelStoreException">There is no such tensor, or its type or shape is another.</exception>
    public float[] ReadFloat32(string name, params ReadOnlySpan<long> shape)
    {
        var entry = Expect(name, SafetensorsType.Float32, shape);
        var values = new float[entry.Length / sizeof(float)];
        Read(entry, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Reads an int64 tensor of the shape expected.</summary>
    /// <exception cref="ModelStoreException">There is no such tensor, or its type or shape is another.</exception>
    public long[] ReadInt64(string name, params ReadOnlySpan<long> shape)
    {
        var entry = Expect(name, SafetensorsType.Int64, shape);
        var values = new long[entry.Length / sizeof(long)];
        Read(entry, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Reads a tensor's bytes, whatever its type.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="destination">Exactly as long as the tensor.</param>
    /// <exception cref="ModelStoreException">The file was cut off since it was opened.</exception>
    public void Read(SafetensorsEntry entry, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (destination.Length != entry.Length)
            throw new ArgumentException($"{entry.Name} has {entry.Length} bytes, but {destination.Length} are given.", nameof(destination));
        SafetensorsHeader.ReadExactly(_handle, _path, destination, entry.Offset);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private SafetensorsEntry Expect(string name, SafetensorsType type, ReadOnlySpan<long> shape)
    {
        if (!Tensors.TryGetValue(name, out var entry))
            throw new ModelStoreException($"{_path}: there is no tensor \"{name}\", whose shape would be {SafetensorsFormat.Text(shape.ToArray())}.");
        if (entry.Type != type)
            throw SafetensorsHeader.Broken(_path, name, $"it is {SafetensorsFormat.NameOf(entry.Type)}, not {SafetensorsFormat.NameOf(type)}");
        if (!entry.Shape.SequenceEqual(shape.ToArray()))
            throw SafetensorsHeader.Broken(_path, name, $"its shape is {SafetensorsFormat.Text(entry.Shape)}, not {SafetensorsFormat.Text(shape.ToArray())}");
        return entry;
    }
}
