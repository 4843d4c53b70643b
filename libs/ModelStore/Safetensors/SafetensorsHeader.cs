using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace FaceMix.ModelStore.Safetensors;

/// <summary>A file's header: what it says of each tensor, checked against the file's length.</summary>
/// <param name="Tensors">By name.</param>
/// <param name="Metadata">Texts by name.</param>
internal sealed record SafetensorsHeader(IReadOnlyDictionary<string, SafetensorsEntry> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Reads and checks the header of a file.</summary>
    /// <exception cref="ModelStoreException">The header breaks a rule of the format.</exception>
    public static SafetensorsHeader Read(SafeFileHandle handle, string path)
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
            return new SafetensorsHeader(tensors, metadata);
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
            throw Broken(path, name, $"dtype \"{dtype}\" is not one of {SafetensorsFormat.TypeNames}");
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

    public static void ReadExactly(SafeFileHandle handle, string path, Span<byte> destination, long offset)
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

    public static ModelStoreException Broken(string path, string tensor, string why) => new($"{path}: tensor \"{tensor}\": {why}.");
}
