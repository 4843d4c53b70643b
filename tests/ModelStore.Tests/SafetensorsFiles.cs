using System.Buffers.Binary;
using System.Text;
using FaceMix.ModelStore;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class SafetensorsFiles : IDisposable
{
    private static readonly SafetensorsTensor[] Tensors =
    [
        SafetensorsTensor.Of("bytes", [3], (ReadOnlySpan<byte>)[1, 2, 3]),
        SafetensorsTensor.Of("empty", [0, 4], (ReadOnlySpan<float>)[]),
        SafetensorsTensor.Of("half", [2], (ReadOnlySpan<Half>)[(Half)0.5f, (Half)(-2f)]),
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

    [Fact]
    public void Any_tensors_survive_the_round_trip()
    {
        var path = _folder.File("b.safetensors");
        Prop.ForAll<Dictionary<string, float[]>>(content =>
        {
            var tensors = content.Where(pair => pair.Key.Length is > 0 and <= 512 && IsText(pair.Key))
                .Select(pair => SafetensorsTensor.Of(pair.Key, [pair.Value.Length], pair.Value)).ToList();
            SafetensorsWriter.Write(path, tensors);
            using var file = SafetensorsFile.Open(path);
            return tensors.TrueForAll(tensor => file.ReadFloat32(tensor.Name, tensor.Shape[0]).AsSpan()
                .SequenceEqual(content[tensor.Name])) && file.Tensors.Count == tensors.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));
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
    [InlineData("""{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "dtype \"F64\"")]
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

        Assert.Contains("no tensor \"bias\"", Error(() => file.ReadFloat32("bias", 1)), StringComparison.Ordinal);
        Assert.Contains("it is U8, not F32", Error(() => file.ReadFloat32("bytes", 3)), StringComparison.Ordinal);
        Assert.Contains("[2, 3], not [3, 2]", Error(() => file.ReadFloat32("weights", 3, 2)), StringComparison.Ordinal);

        static string Error(Action read) => Assert.Throws<ModelStoreException>(read).Message;
    }

    // A lone surrogate has no UTF-8 form, so it cannot be part of a name.
    private static bool IsText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
