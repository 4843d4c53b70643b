using System.Runtime.InteropServices;
using FaceMix.Trainer.Export.Onnx;
using Google.Protobuf;
using DataType = FaceMix.Trainer.Export.Onnx.TensorProto.Types.DataType;

namespace FaceMix.Trainer.Export;

/// <summary>Puts an ONNX graph together node by node; values are named by what made them.</summary>
/// <param name="name">The graph's name.</param>
public sealed class GraphBuilder(string name)
{
    /// <summary>Fixed, so that an exported file never depends on who exported it.</summary>
    public const int Opset = 17;

    private const int IrVersion = 8;

    private readonly GraphProto _graph = new() { Name = name };
    private int _values;

    /// <param name="value">Its name.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes; null is the number of pictures, which is free.</param>
    public string Input(string value, DataType type, params ReadOnlySpan<long?> shape)
    {
        _graph.Input.Add(Describe(value, type, shape));
        return value;
    }

    /// <summary>Declares a value that exists already as an output.</summary>
    public void Output(string value, DataType type, params ReadOnlySpan<long?> shape) => _graph.Output.Add(Describe(value, type, shape));

    /// <returns>The name of a constant.</returns>
    public string Constant(string value, ReadOnlySpan<float> data, params ReadOnlySpan<long> shape) =>
        Initializer(value, DataType.Float, MemoryMarshal.AsBytes(data), shape);

    public string Constant(string value, ReadOnlySpan<long> data) => Initializer(value, DataType.Int64, MemoryMarshal.AsBytes(data), [data.Length]);

    /// <summary>Adds a node with one output.</summary>
    /// <returns>The output's name.</returns>
    public string Node(string operation, IEnumerable<string> inputs, params ReadOnlySpan<AttributeProto> attributes) =>
        NodeNamed($"{operation.ToLowerInvariant()}_{++_values}", operation, inputs, attributes);

    /// <summary>Adds a node whose one output has a given name.</summary>
    public string NodeNamed(string output, string operation, IEnumerable<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { Name = output, OpType = operation };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        foreach (var attribute in attributes)
            node.Attribute.Add(attribute);
        _graph.Node.Add(node);
        return output;
    }

    public static AttributeProto Attribute(string key, long value) =>
        new() { Name = key, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Attribute(string key, float value) =>
        new() { Name = key, F = value, Type = AttributeProto.Types.AttributeType.Float };

    public static AttributeProto Attribute(string key, string value) =>
        new() { Name = key, S = ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.AttributeType.String };

    public static AttributeProto Attribute(string key, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = key, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values)
            attribute.Ints.Add(value);
        return attribute;
    }

    /// <returns>The bytes of an <c>.onnx</c> file.</returns>
    public byte[] ToBytes()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "FaceMix", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        return model.ToByteArray();
    }

    private string Initializer(string value, DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = value, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (var size in shape)
            tensor.Dims.Add(size);
        _graph.Initializer.Add(tensor);
        return value;
    }

    private static ValueInfoProto Describe(string value, DataType type, ReadOnlySpan<long?> shape)
    {
        var sizes = new TensorShapeProto();
        foreach (var size in shape)
            sizes.Dim.Add(size is { } known ? new TensorShapeProto.Types.Dimension { DimValue = known } : new() { DimParam = "N" });
        return new ValueInfoProto
        {
            Name = value,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = sizes } },
        };
    }
}
