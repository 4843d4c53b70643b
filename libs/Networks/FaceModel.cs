using System.ComponentModel.DataAnnotations;
using FaceMix.Networks.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Networks;

/// <param name="Pictures">Pictures at every level, smallest first.</param>
/// <param name="Mean">[N, latent].</param>
/// <param name="Logvar">[N, latent]; null for a plain autoencoder.</param>
public readonly record struct VaeOutput(IReadOnlyList<Tensor> Pictures, Tensor Mean, Tensor? Logvar);

/// <summary>Any architecture with tensors in it: encoder, a draw from its Gaussian, decoder.</summary>
public sealed class FaceModel : Module<Tensor, Tensor, VaeOutput>
{
    private readonly TensorLayers encoder;
    private readonly TensorLayers decoder;

    /// <param name="options">Which network, and its shape.</param>
    /// <param name="device">Where its arrays live; null: the CPU.</param>
    /// <param name="precision">Of its products; what it hands out is float32.</param>
    /// <exception cref="ValidationException">The options do not fit each other.</exception>
    public FaceModel(ModelOptions options, Device? device = null, Precision precision = Precision.Float32)
        : base(nameof(FaceModel))
    {
        options.Check();
        Options = options;
        Network = NetworkFactory.Create(options);
        var description = NetworkDescription.Of(options);
        encoder = new TensorLayers(nameof(encoder), Network.Conventions, description.Encoder.SelectMany(row => row.Arrays), device, precision);
        decoder = new TensorLayers(nameof(decoder), Network.Conventions, description.Decoder.SelectMany(row => row.Arrays), device, precision);
        RegisterComponents();
    }

    public ModelOptions Options { get; }

    public INetwork Network { get; }

    /// <summary>Puts another batch norm in place for training; null: libtorch's own.</summary>
    public void UseTrainingNorm(TrainingNorm? norm) => encoder.TrainingNorm = decoder.TrainingNorm = norm;

    /// <param name="input1">Pictures [N, channels, H, W] in the network's range.</param>
    /// <param name="input2">Standard normal noise [N, latent]; it comes from outside so that a step is a pure function of its inputs.</param>
    public override VaeOutput forward(Tensor input1, Tensor input2)
    {
        var (mean, logvar) = Encode(input1);
        var z = logvar is null ? mean : mean + ((logvar * 0.5).exp() * input2); // [N, latent]
        return new VaeOutput([.. Pictures(z).Select(FullPrecision.Of)], mean, logvar);
    }

    /// <param name="pictures">[N, channels, H, W] in the network's range.</param>
    /// <returns>Both [N, latent]; no log-variance for a plain autoencoder.</returns>
    public (Tensor Mean, Tensor? Logvar) Encode(Tensor pictures)
    {
        var heads = Network.Encode(encoder, pictures);
        return (FullPrecision.Of(heads[0]), heads.Count > 1 ? FullPrecision.Of(heads[1]) : null);
    }

    /// <summary>Pictures at every level, smallest first, not clamped.</summary>
    public IReadOnlyList<Tensor> Pictures(Tensor z) => Network.Decode(decoder, z, everyLevel: true);

    /// <summary>The largest picture alone, [N, channels, H, W], without the work of the other heads.</summary>
    public Tensor Picture(Tensor z) => Network.Decode(decoder, z, everyLevel: false)[^1];
}
