using FaceMix.Networks;
using FaceMix.Networks.Layers;
using static FaceMix.Trainer.Export.GraphBuilder;
using DataType = FaceMix.Trainer.Export.Onnx.TensorProto.Types.DataType;

namespace FaceMix.Trainer.Export;

/// <summary>Writes a trained model of any architecture as two ONNX files, with pixels' bytes at one end and latents at the other.</summary>
public static class ModelExport
{
    /// <summary>
    /// A plain autoencoder's encoder.onnx says this log-variance, so that whoever draws from the posterior gets the latent
    /// itself: a standard deviation of 5e-5.
    /// </summary>
    public const float CertainLogvar = -20;

    /// <summary>z float32 [N, latent] → image uint8 [N, H, W, 3]. A latent that is not a number gives a mid-grey picture, not a random one.</summary>
    public static byte[] Decoder(ModelOptions options, Weights weights)
    {
        var network = NetworkFactory.Create(options);
        var graph = new GraphBuilder("decoder");
        var layers = new GraphLayers(graph, network.Conventions, weights, "decoder.");
        var z = GraphLayers.Existing(graph.Input("z", DataType.Float, null, options.Latent), new Shape(options.Latent));
        var x = layers.Emit(network.Decode(layers, z, everyLevel: false)[^1]);
        var grey = graph.Constant("mid_grey", [127.5f]);
        x = network.Range == PixelRange.Signed
            ? graph.Node("Add", [graph.Node("Mul", [x, grey]), grey])
            : graph.Node("Mul", [x, graph.Constant("white_byte", [255f])]);
        x = graph.Node("Where", [graph.Node("IsNaN", [x]), grey, x]);
        x = graph.Node("Clip", [x, graph.Constant("black", [0f]), graph.Constant("white", [255f])]);
        x = graph.Node("Cast", [graph.Node("Round", [x])], Attribute("to", (long)DataType.Uint8));
        if (options.Channels == 1)
            x = graph.Node("Concat", [x, x, x], Attribute("axis", 1L));
        graph.NodeNamed("image", "Transpose", [x], Attribute("perm", 0L, 2L, 3L, 1L));
        graph.Output("image", DataType.Uint8, null, options.ImageSize, options.ImageSize, 3);
        return graph.ToBytes();
    }

    /// <summary>image uint8 [N, H, W, 3] → mean and logvar float32 [N, latent].</summary>
    public static byte[] Encoder(ModelOptions options, Weights weights)
    {
        var network = NetworkFactory.Create(options);
        var graph = new GraphBuilder("encoder");
        var layers = new GraphLayers(graph, network.Conventions, weights, "encoder.");
        var x = graph.Input("image", DataType.Uint8, null, options.ImageSize, options.ImageSize, 3);
        x = graph.Node("Cast", [x], Attribute("to", (long)DataType.Float));
        x = graph.Node("Mul", [x, graph.Constant("pixel_scale", [network.Range == PixelRange.Signed ? 1 / 127.5f : 1 / 255f])]);
        if (network.Range == PixelRange.Signed)
            x = graph.Node("Sub", [x, graph.Constant("one", [1f])]);
        x = graph.Node("Transpose", [x], Attribute("perm", 0L, 3L, 1L, 2L));
        if (options.Channels == 1)
        {
            x = graph.Node("Mul", [x, graph.Constant("luminance", Pixels.GreyShares, 1, 3, 1, 1)]);
            x = graph.Node("ReduceSum", [x, graph.Constant("channel_axis", [1L])], Attribute("keepdims", 1L));
        }
        var heads = network.Encode(layers, GraphLayers.Existing(x, new Shape(options.Channels, options.ImageSize, options.ImageSize)));
        var mean = layers.Emit(heads[0], "mean");
        if (heads.Count > 1)
            layers.Emit(heads[1], "logvar");
        else
            graph.NodeNamed("logvar", "Clip", [mean, graph.Constant("certain", [CertainLogvar]), "certain"]);
        graph.Output("mean", DataType.Float, null, options.Latent);
        graph.Output("logvar", DataType.Float, null, options.Latent);
        return graph.ToBytes();
    }
}
