using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FaceMix.Evaluation;
using FaceMix.Imaging;
using FaceMix.Trainer.Export.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace FaceMix.Trainer.Measuring;

/// <summary>
/// Any classifier in an ONNX file as a feature network: pictures are brought to its input's size and normalised as for ImageNet; a value
/// with rows and columns is averaged over them.
/// </summary>
public sealed class OnnxFeatures : IFeatureNetwork
{
    private const int DefaultSize = 224;
    private const int Some = 16;

    private static readonly float[] s_mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_deviation = [0.229f, 0.224f, 0.225f];

    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly string _output;
    private readonly bool _half;
    private readonly int _batch;
    private readonly int _side;

    private OnnxFeatures(InferenceSession session, string output, string name)
    {
        _session = session;
        _output = output;
        Name = name;
        var (input, about) = session.InputMetadata.First(pair => pair.Value.Dimensions.Length == 4);
        _input = input;
        _half = about.ElementType == typeof(Float16);
        _batch = about.Dimensions[0] > 0 ? about.Dimensions[0] : Some;
        _side = about.Dimensions[2] > 0 ? about.Dimensions[2] : DefaultSize;
        Width = Run(new float[_batch * 3 * _side * _side]).Length / _batch;
    }

    public string Name { get; }

    public int Width { get; }

    /// <param name="source">A path, or PATH:VALUE to take a value from inside the graph, such as the last pooling's.</param>
    /// <param name="threads">Threads of the session.</param>
    /// <param name="sha256">SHA-256 that the file must have, in hex; null: whichever it has.</param>
    /// <exception cref="ValidationException">There is no such file, or its digest is another.</exception>
    /// <exception cref="InvalidDataException">There is no such value, or it takes no pictures.</exception>
    public static OnnxFeatures Open(string source, int threads, string? sha256 = null)
    {
        var colon = source.LastIndexOf(':');
        var (path, value) = File.Exists(source) || colon < 0 ? (source, null) : (source[..colon], source[(colon + 1)..]);
        if (!File.Exists(path))
            throw new ValidationException($"There is no feature network {path}.");
        var bytes = File.ReadAllBytes(path);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (sha256 is not null && !digest.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw new ValidationException($"The feature network {path} has the SHA-256 {digest}, not {sha256}.");
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            var model = ModelProto.Parser.ParseFrom(bytes);
            value ??= model.Graph.Output[0].Name;
            if (model.Graph.Output.All(output => output.Name != value))
                model.Graph.Output.Add(new ValueInfoProto { Name = value });
            return new OnnxFeatures(new InferenceSession(model.ToByteArray(), options), value, $"{Path.GetFileNameWithoutExtension(path)}:{value} ({digest[..8]})");
        }
        catch (Exception e) when (e is OnnxRuntimeException or InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new InvalidDataException($"{source} cannot be used as a feature network: {e.Message}", e);
        }
    }

    public float[] Features(ReadOnlySpan<byte> rgb, int size)
    {
        var bytes = size * size * 3;
        var count = rgb.Length / bytes;
        var features = new float[count * Width];
        for (var first = 0; first < count; first += _batch)
        {
            // A graph of a fixed batch gets its last one filled up; what comes of the filling is dropped.
            var some = Math.Min(_batch, count - first);
            var input = new float[_batch * 3 * _side * _side];
            for (var i = 0; i < some; i++)
                Prepare(rgb.Slice((first + i) * bytes, bytes), size, input.AsSpan(i * 3 * _side * _side, 3 * _side * _side));
            Run(input).AsSpan(0, some * Width).CopyTo(features.AsSpan(first * Width));
        }
        return features;
    }

    public void Dispose() => _session.Dispose();

    private void Prepare(ReadOnlySpan<byte> rgb, int size, Span<float> planes)
    {
        var pixels = size == _side ? rgb : new RgbImage(size, size, rgb.ToArray()).Resize(_side, _side).Pixels;
        for (var i = 0; i < pixels.Length; i++)
            planes[(i % 3 * _side * _side) + (i / 3)] = ((pixels[i] / 255f) - s_mean[i % 3]) / s_deviation[i % 3];
    }

    private float[] Run(float[] planes)
    {
        long[] shape = [_batch, 3, _side, _side];
        using var input = _half
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(planes, value => (Float16)value), shape)
            : OrtValue.CreateTensorValueFromMemory(planes, shape);
        using var run = new RunOptions();
        using var results = _session.Run(run, [_input], [input], [_output]);
        var dimensions = results[0].GetTensorTypeAndShape().Shape;
        var values = _half ? MemoryMarshal.Cast<Float16, Half>(results[0].GetTensorDataAsSpan<Float16>()).ToArray().Select(half => (float)half).ToArray()
            : results[0].GetTensorDataAsSpan<float>().ToArray();
        var places = dimensions.Length == 4 ? (int)(dimensions[2] * dimensions[3]) : 1;
        return places == 1 ? values : [.. values.Chunk(places).Select(plane => plane.Average())];
    }
}
