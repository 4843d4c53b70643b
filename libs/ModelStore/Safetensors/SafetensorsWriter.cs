using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace FaceMix.ModelStore.Safetensors;

/// <summary>Writes safetensors files; the same tensors always give the same bytes.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes or replaces a file whole (<see cref="AtomicFile"/>).</summary>
    /// <exception cref="ModelStoreException">A name appears twice or is not allowed, or a shape does not take the bytes given.</exception>
    public static void Write(string path, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Wide elements first: behind a header of a multiple of eight bytes every tensor is aligned to its elements.
        var ordered = tensors
            .OrderByDescending(tensor => SafetensorsFormat.BytesOf(tensor.Type))
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        Check(path, ordered);
        var header = Header(ordered, metadata);
        if (header.Length > SafetensorsFormat.MaxHeaderBytes)
            throw new ModelStoreException($"{path}: the header would take {header.Length} bytes, more than {SafetensorsFormat.MaxHeaderBytes}.");

        AtomicFile.Write(path, stream =>
        {
            Span<byte> prefix = stackalloc byte[SafetensorsFormat.PrefixBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            stream.Write(prefix);
            stream.Write(header);
            foreach (var tensor in ordered)
                stream.Write(tensor.Bytes.Span);
        });
    }

    private static void Check(string path, List<SafetensorsTensor> tensors)
    {
        if (tensors.Count > SafetensorsFormat.MaxTensors)
            throw new ModelStoreException($"{path}: {tensors.Count} tensors are more than {SafetensorsFormat.MaxTensors}.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (tensor.Name.Length is 0 or > SafetensorsFormat.MaxNameLength || tensor.Name == SafetensorsFormat.Metadata)
                throw new ModelStoreException($"{path}: \"{tensor.Name}\" cannot be a tensor's name.");
            if (!names.Add(tensor.Name))
                throw new ModelStoreException($"{path}: tensor \"{tensor.Name}\" is given twice.");
            if (tensor.Shape.Count > SafetensorsFormat.MaxRank || SafetensorsFormat.LengthOf(tensor.Type, tensor.Shape) != tensor.Bytes.Length)
                throw new ModelStoreException($"{path}: tensor \"{tensor.Name}\": shape {SafetensorsFormat.Text(tensor.Shape)} of {SafetensorsFormat.NameOf(tensor.Type)} does not take the {tensor.Bytes.Length} bytes given.");
        }
    }

    private static byte[] Header(List<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsFormat.Metadata);
                foreach (var (key, value) in metadata.OrderBy(note => note.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long begin = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsFormat.NameOf(tensor.Type));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(begin + tensor.Bytes.Length);
                json.WriteEndArray();
                json.WriteEndObject();
                begin += tensor.Bytes.Length;
            }
            json.WriteEndObject();
        }
        var padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        buffer.GetSpan(Alignment)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }
}
