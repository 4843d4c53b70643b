using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace FaceMix.ModelStore;

/// <summary>
/// An open safetensors file. The header is checked whole on opening: a file that opens has no holes, no overlaps and
/// no byte that belongs to no tensor. Tensors are read on demand; reading is safe from several threads.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly Lock _mapping = new();
    private MemoryMappedViewAccessor? _view;
    private byte* _bytes;

    private SafetensorsFile(SafeFileHandle handle, string path, Dictionary<string, SafetensorsEntry> tensors, Dictionary<string, string> metadata)
    {
        _handle = handle;
        _path = path;
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary>The file's own notes, text by text.</summary>
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
            var (tensors, metadata) = ReadHeader(handle, path);
            return new SafetensorsFile(handle, path, tensors, metadata);
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

    /// <summary>Reads a tensor of any floating type of 16 bits or more as float32; what a Float64 has beyond that is rounded.</summary>
    /// <exception cref="ModelStoreException">There is no such tensor, it is of another kind, or its shape is another.</exception>
    public float[] ReadAsFloat32(string name, params ReadOnlySpan<long> shape)
    {
        var entry = Expect(name, null, shape);
        var bytes = Map(entry);
        var values = new float[entry.Length / SafetensorsFormat.BytesOf(entry.Type)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = entry.Type switch
            {
                SafetensorsType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
                SafetensorsType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]),
                SafetensorsType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
                SafetensorsType.BFloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16),
                _ => throw Broken(_path, name, $"it is {SafetensorsFormat.NameOf(entry.Type)}, not F32, F64, F16 or BF16"),
            };
        }
        return values;
    }

    /// <summary>
    /// A tensor's bytes where they lie: the file is mapped into memory, and pages are read as they are touched. Valid until the
    /// file is disposed. Whoever shortens the file meanwhile ends this process, so this is for files that never change, as
    /// published versions do not; <see cref="Read"/> is safe with any.
    /// </summary>
    /// <param name="entry">One of <see cref="Tensors"/>, of less than 2 GB.</param>
    /// <exception cref="ModelStoreException">The file was cut off since it was opened, or the tensor is larger than a span.</exception>
    public ReadOnlySpan<byte> Map(SafetensorsEntry entry)
    {
        if (entry.Length > int.MaxValue)
            throw Broken(_path, entry.Name, $"its {entry.Length} bytes are more than can be mapped at once");
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (RandomAccess.GetLength(_handle) < entry.Offset + entry.Length)
            throw new ModelStoreException($"{_path}: the file was cut off before the end of tensor \"{entry.Name}\".");
        lock (_mapping)
        {
            if (_view is null)
            {
                using var file = MemoryMappedFile.CreateFromFile(_handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
            }
        }
        return new ReadOnlySpan<byte>(_bytes + entry.Offset, (int)entry.Length);
    }

    /// <summary>Reads a tensor's bytes, whatever its type.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="destination">Exactly as long as the tensor.</param>
    /// <exception cref="ModelStoreException">The file was cut off since it was opened.</exception>
    public void Read(SafetensorsEntry entry, Span<byte> destination)
    {
        if (destination.Length != entry.Length)
            throw new ArgumentException($"{entry.Name} has {entry.Length} bytes, but {destination.Length} are given.", nameof(destination));
        ReadExactly(_handle, _path, destination, entry.Offset);
    }

    /// <exception cref="ModelStoreException">There is no such tensor, or its type or shape is another.</exception>
    public SafetensorsEntry Expect(string name, SafetensorsType type, params ReadOnlySpan<long> shape) => Expect(name, (SafetensorsType?)type, shape);

    private SafetensorsEntry Expect(string name, SafetensorsType? type, ReadOnlySpan<long> shape)
    {
        if (!Tensors.TryGetValue(name, out var entry))
            throw new ModelStoreException($"{_path}: there is no tensor \"{name}\", whose shape would be {SafetensorsFormat.Text(shape.ToArray())}.");
        if (type is { } wanted && entry.Type != wanted)
            throw Broken(_path, name, $"it is {SafetensorsFormat.NameOf(entry.Type)}, not {SafetensorsFormat.NameOf(wanted)}");
        if (!entry.Shape.SequenceEqual(shape.ToArray()))
            throw Broken(_path, name, $"its shape is {SafetensorsFormat.Text(entry.Shape)}, not {SafetensorsFormat.Text(shape.ToArray())}");
        return entry;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_mapping)
        {
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
            _view?.Dispose();
            _view = null;
        }
        _handle.Dispose();
    }

    private static (Dictionary<string, SafetensorsEntry> Tensors, Dictionary<string, string> Metadata) ReadHeader(SafeFileHandle handle, string path)
    {
        var fileLength = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[SafetensorsFormat.PrefixBytes];
        ReadExactly(handle, path, prefix, 0);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength is < 2 or > SafetensorsFormat.MaxHeaderBytes || (long)headerLength > fileLength - SafetensorsFormat.PrefixBytes)
            throw new ModelStoreException($"{path}: a header of {headerLength} bytes is not possible in a file of {fileLength} (at most {SafetensorsFormat.MaxHeaderBytes}).");
        var header = new byte[headerLength];
        ReadExactly(handle, path, header, SafetensorsFormat.PrefixBytes);
        if (header[0] != (byte)'{')
            throw new ModelStoreException($"{path}: the header does not begin with a brace, so this is no safetensors file.");
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var tensors = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
            var dataStart = SafetensorsFormat.PrefixBytes + (long)headerLength;
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == SafetensorsFormat.Metadata)
                    ReadMetadata(path, property.Value, metadata);
                else
                    tensors.Add(property.Name, ReadEntry(path, property.Name, property.Value, dataStart));
                if (tensors.Count > SafetensorsFormat.MaxTensors)
                    throw new ModelStoreException($"{path}: more than {SafetensorsFormat.MaxTensors} tensors.");
            }
            CheckCoverage(path, tensors.Values, dataStart, fileLength);
            return (tensors, metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string whose escapes are no valid UTF-16.
            throw new ModelStoreException($"{path}: the header is not the JSON it must be: {e.Message}", e);
        }
    }

    private static void ReadMetadata(string path, JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new ModelStoreException($"{path}: {SafetensorsFormat.Metadata} is no JSON object.");
        foreach (var note in element.EnumerateObject())
        {
            if (note.Value.ValueKind != JsonValueKind.String)
                throw new ModelStoreException($"{path}: {SafetensorsFormat.Metadata}: \"{note.Name}\" is not a text.");
            metadata.Add(note.Name, note.Value.GetString()!);
        }
    }

    private static SafetensorsEntry ReadEntry(string path, string name, JsonElement element, long dataStart)
    {
        if (name.Length is 0 or > SafetensorsFormat.MaxNameLength)
            throw new ModelStoreException($"{path}: a tensor's name has {name.Length} characters, not 1 to {SafetensorsFormat.MaxNameLength}.");
        if (element.ValueKind != JsonValueKind.Object)
            throw Broken(path, name, "it is no JSON object");
        string? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        foreach (var field in element.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype" when field.Value.ValueKind == JsonValueKind.String:
                    dtype = field.Value.GetString();
                    break;
                case "shape":
                    shape = ReadNumbers(path, name, "shape", field.Value);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(path, name, "data_offsets", field.Value);
                    break;
                default:
                    throw Broken(path, name, $"the field \"{field.Name}\" is not one of the format");
            }
        }
        if (SafetensorsFormat.TypeOf(dtype) is not { } type)
            throw Broken(path, name, $"dtype \"{dtype}\" is not one of the format");
        if (shape is null)
            throw Broken(path, name, "shape is missing");
        if (offsets is not [var begin, var end] || end < begin)
            throw Broken(path, name, "data_offsets are not a begin and an end");
        if (SafetensorsFormat.LengthOf(type, shape) is not { } length || length != end - begin)
            throw Broken(path, name, $"shape {SafetensorsFormat.Text(shape)} of {dtype} does not take the {end - begin} bytes that data_offsets say");
        // An end beyond the file is found by the coverage check; here it must only not overflow.
        if (end > long.MaxValue - dataStart)
            throw Broken(path, name, $"data_offsets end at {end}, beyond any file");
        return new SafetensorsEntry(name, type, shape, dataStart + begin, length);
    }

    private static long[] ReadNumbers(string path, string name, string field, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > SafetensorsFormat.MaxRank)
            throw Broken(path, name, $"{field} is not an array of at most {SafetensorsFormat.MaxRank} numbers");
        var numbers = new long[element.GetArrayLength()];
        var i = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i]) || numbers[i] < 0)
                throw Broken(path, name, $"{field}[{i}] is not a whole number from 0 up");
            i++;
        }
        return numbers;
    }

    private static void CheckCoverage(string path, IEnumerable<SafetensorsEntry> tensors, long dataStart, long fileLength)
    {
        var position = dataStart;
        foreach (var entry in tensors.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset != position)
                throw Broken(path, entry.Name, $"it begins at byte {entry.Offset - dataStart} where {position - dataStart} is due: the data has {(entry.Offset > position ? "a hole" : "an overlap")}");
            position += entry.Length;
            if (position > fileLength)
                throw Broken(path, entry.Name, $"it ends {position - fileLength} bytes after the file");
        }
        if (position != fileLength)
            throw new ModelStoreException($"{path}: {fileLength - position} bytes at the end belong to no tensor.");
    }

    private static void ReadExactly(SafeFileHandle handle, string path, Span<byte> destination, long offset)
    {
        while (destination.Length > 0)
        {
            var read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
                throw new ModelStoreException($"{path}: the file ends at byte {offset}, {destination.Length} too early.");
            destination = destination[read..];
            offset += read;
        }
    }

    private static ModelStoreException Broken(string path, string tensor, string why) => new($"{path}: tensor \"{tensor}\": {why}.");
}
