using System.Buffers.Binary;
using System.Text;
using FaceMix.ModelStore;
using FaceMix.ModelStore.Safetensors;
using FsCheck.Xunit;
using Xunit;

namespace FaceMix.Tests.ModelStore.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private static readonly SafetensorsTensor[] Tensors =
    [
        SafetensorsTensor.Of("bytes", [3], (ReadOnlySpan<byte>)[1, 2, 3]),
        SafetensorsTensor.Of("empty", [0, 4], (ReadOnlySpan<float>)[]),
        new("half", SafetensorsType.Float16, [2], new byte[] { 0, 0x38, 0, 0xC0 }),
        SafetensorsTensor.Of("scalar", [], (ReadOnlySpan<long>)[-7]),
        SafetensorsTensor.Of("weights", [2, 3], (ReadOnlySpan<float>)[1, 2, 3, 4, 5, 6]),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var path = _folder.File("a.safetensors");
        SafetensorsWriter.Write(path, Tensors, new Dictionary<string, string> { ["step"] = "12" });

        using var file = SafetensorsFile.Open(path);

        Assert.Equal("12", file.Metadata["step"]);
        Assert.Equal([1f, 2, 3, 4, 5, 6], file.ReadFloat32("weights", 2, 3));
        Assert.Equal([-7L], file.ReadInt64("scalar"));
        Assert.Empty(file.ReadFloat32("empty", 0, 4));
        Assert.Equal(Tensors.Length, file.Tensors.Count);
        foreach (var tensor in Tensors)
        {
            var bytes = new byte[tensor.Bytes.Length];
            file.Read(file.Tensors[tensor.Name], bytes);
            Assert.Equal(tensor.Bytes.ToArray(), bytes);
        }
    }

    [Property(MaxTest = 50)]
    public bool Any_tensors_survive_the_round_trip(Dictionary<string, float[]> content)
    {
        var path = _folder.File("b.safetensors");
        var tensors = content.Where(pair => pair.Key.Length is > 0 and <= 512 && IsText(pair.Key))
            .Select(pair => SafetensorsTensor.Of(pair.Key, [pair.Value.Length], pair.Value)).ToList();
        SafetensorsWriter.Write(path, tensors);
        using var file = SafetensorsFile.Open(path);
        return tensors.TrueForAll(tensor => file.ReadFloat32(tensor.Name, tensor.Shape[0]).AsSpan()
            .SequenceEqual(content[tensor.Name])) && file.Tensors.Count == tensors.Count;
    }

    [Fact]
    public void A_mutated_file_is_refused_or_read_but_never_crashes()
    {
        var path = _folder.File("c.safetensors");
        SafetensorsWriter.Write(path, Tensors);
        var whole = File.ReadAllBytes(path);
        var random = new Random(1);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = whole.AsSpan(0, random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
            for (var flips = random.Next(1, 4); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes);
            try
            {
                using var file = SafetensorsFile.Open(path);
                foreach (var entry in file.Tensors.Values)
                    file.Read(entry, new byte[entry.Length]);
            }
            catch (ModelStoreException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "ends 1 bytes after the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "a hole")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not take the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not take the 0 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape[0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "not a begin and an end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[9223372036854775807,9223372036854775807]}}""", 0, "beyond any file")]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8, "dtype \"C64\"")]
    [InlineData("""{"a":{"dtype":"F8_E5M2","shape":[8],"data_offsets":[0,8]}}""", 8, "is not one of F32, F64, F16, BF16, I64, I32, U8, BOOL")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,8]}}""", 8, "does not take the 8 bytes")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,8]}}""", 8, "dtype \"\"")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "shape is missing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "not a begin and an end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "shape[0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "at most 8 numbers")]
    [InlineData("""{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "0 characters")]
    [InlineData("""{"__metadata__":[]}""", 0, "no JSON object")]
    [InlineData("""{"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}}""", 0, "not the JSON it must be")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}""", 1, "the field \"x\"")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "not the JSON it must be")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "not a text")]
    [InlineData("""[]""", 0, "no safetensors file")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "not the JSON it must be")]
    public void A_wrong_file_says_which_tensor_and_why(string header, int dataBytes, string why)
    {
        var path = _folder.File("d.safetensors");
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);

        var error = Assert.Throws<ModelStoreException>(() => SafetensorsFile.Open(path));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_not_UTF_8_is_refused()
    {
        var path = _folder.File("n.safetensors");
        var header = Encoding.UTF8.GetBytes("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""");
        foreach (var wrong in (byte[])[0x80, 0xC0, 0xFF])
        {
            header[2] = wrong;
            Put(path, header, 1);
            Assert.Contains("not the JSON it must be", Assert.Throws<ModelStoreException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("BOOL", 1)]
    [InlineData("U8", 1)]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("I32", 4)]
    [InlineData("F32", 4)]
    [InlineData("F64", 8)]
    [InlineData("I64", 8)]
    public void Every_element_type_is_read(string type, int width)
    {
        var path = _folder.File("t.safetensors");
        Put(path, Encoding.UTF8.GetBytes($$$"""{"a":{"dtype":"{{{type}}}","shape":[3],"data_offsets":[0,{{{3 * width}}}]}} """), 3 * width);
        using var file = SafetensorsFile.Open(path);
        var entry = file.Tensors["a"];

        Assert.Equal(3 * width, entry.Length);
        var bytes = new byte[entry.Length];
        file.Read(entry, bytes);
        Assert.Equal(Enumerable.Range(1, 3 * width).Select(i => (byte)i), bytes);
    }

    [Fact]
    public void Tensors_are_aligned_to_their_elements()
    {
        var path = _folder.File("h.safetensors");
        SafetensorsWriter.Write(path, Tensors, new Dictionary<string, string> { ["odd"] = "x" });
        using var file = SafetensorsFile.Open(path);

        Assert.All(file.Tensors.Values.Where(entry => entry.Length > 0), entry =>
            Assert.Equal(0, entry.Offset % (entry.Length / entry.Shape.Aggregate(1L, (product, size) => product * size))));
    }

    [Fact]
    public void A_file_that_was_cut_off_after_it_was_opened_says_so()
    {
        var path = _folder.File("i.safetensors");
        SafetensorsWriter.Write(path, Tensors);
        using var file = SafetensorsFile.Open(path);
        using (var stream = new FileStream(path, FileMode.Open))
            stream.SetLength(stream.Length - 4);
        var last = file.Tensors.Values.MaxBy(entry => entry.Offset + entry.Length)!;

        Assert.Throws<ModelStoreException>(() => file.Read(last, new byte[last.Length]));
    }

    [Fact]
    public void A_header_with_other_numbers_names_and_types_is_refused_or_means_what_it_says()
    {
        var path = _folder.File("j.safetensors");
        var random = new Random(2);
        var (refused, opened) = (0, 0);
        for (var round = 0; round < 3_000; round++)
        {
            var (header, data) = AnyHeader(random);
            Put(path, Encoding.UTF8.GetBytes(header), data);
            try
            {
                using var file = SafetensorsFile.Open(path);
                opened++;
                // What opens covers the data exactly once, and every tensor is the part of it that its header names.
                Assert.Equal(data, file.Tensors.Values.Sum(entry => entry.Length));
                foreach (var entry in file.Tensors.Values)
                {
                    var begin = entry.Offset - 8 - Encoding.UTF8.GetByteCount(header);
                    var bytes = new byte[entry.Length];
                    file.Read(entry, bytes);
                    Assert.Equal(Enumerable.Range(1, data).Skip((int)begin).Take((int)entry.Length).Select(i => (byte)i), bytes);
                }
            }
            catch (ModelStoreException e)
            {
                refused++;
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
            }
        }
        Assert.InRange(opened, 100, 2_900);
        Assert.InRange(refused, 100, 2_900);
    }

    // Mostly right: now and then a number, a name or a type is another.
    private static (string Header, int DataBytes) AnyHeader(Random random)
    {
        string[] types = ["F32", "U8", "BF16", "I64", "F64", "BOOL", "Q4", "f32"];
        int[] widths = [4, 1, 2, 8, 8, 1, 4, 4];
        var text = new StringBuilder("{");
        var at = 0;
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var type = random.Next(random.Next(8) == 0 ? 8 : 6);
            int[] shape = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(4))];
            var length = shape.Aggregate(widths[type], (product, size) => product * size);
            int Shifted(int value) => random.Next(12) == 0 ? value + random.Next(-2, 3) : value;
            text.Append($"{(text.Length > 1 ? "," : "")}\"t{Shifted(i)}\":{{\"dtype\":\"{types[type]}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{Shifted(at)},{Shifted(at + length)}]}}");
            at += length;
        }
        return (text.Append('}').ToString(), Math.Max(0, at + (random.Next(8) == 0 ? random.Next(-2, 3) : 0)));
    }

    private static void Put(string path, byte[] header, int dataBytes)
    {
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        for (var i = 0; i < dataBytes; i++)
            bytes[8 + header.Length + i] = (byte)(i + 1);
        File.WriteAllBytes(path, bytes);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(17UL << 20)]
    [InlineData(ulong.MaxValue)]
    public void A_header_length_that_is_not_possible_allocates_nothing(ulong length)
    {
        var path = _folder.File("e.safetensors");
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(path, bytes);

        Assert.Contains("is not possible", Assert.Throws<ModelStoreException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_type_or_shape_than_expected_is_named()
    {
        var path = _folder.File("f.safetensors");
        SafetensorsWriter.Write(path, Tensors);
        using var file = SafetensorsFile.Open(path);

        Assert.Contains("no tensor \"bias\", whose shape would be [1]", Error(() => file.ReadFloat32("bias", 1)), StringComparison.Ordinal);
        Assert.Contains("it is U8, not F32", Error(() => file.ReadFloat32("bytes", 3)), StringComparison.Ordinal);
        Assert.Contains("[2, 3], not [3, 2]", Error(() => file.ReadFloat32("weights", 3, 2)), StringComparison.Ordinal);

        static string Error(Action read) => Assert.Throws<ModelStoreException>(read).Message;
    }

    // A lone surrogate has no UTF-8 form, so it cannot be part of a name.
    private static bool IsText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
