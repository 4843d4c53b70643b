using FaceMix.Trainer;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Benchmarks.Training.Plain;

/// <summary>What a model makes of a batch: pictures at every level, smallest first, and its Gaussian.</summary>
internal sealed record PlainOutput(IReadOnlyList<Tensor> Pictures, Tensor Mean, Tensor Logvar);

/// <summary>
/// A preset's network, loss and optimizer as they are written with TorchSharp's own modules and <c>torch.optim</c>: what a person
/// would take who has no FaceMix.
/// </summary>
internal abstract class PlainVae(string name) : Module<Tensor, Tensor, PlainOutput>(name)
{
    /// <summary>Width and height of a picture.</summary>
    public abstract int Size { get; }

    public abstract int Latent { get; }

    /// <summary>Whether pixels are in [-1, 1], not in [0, 1].</summary>
    public abstract bool Signed { get; }

    /// <summary>Longest norm of the gradients; null: any.</summary>
    public virtual double? Clip => null;

    public abstract Tensor Loss(PlainOutput output, Tensor target);

    public abstract optim.Optimizer Optimizer();

    /// <exception cref="UsageException">Nobody has written it.</exception>
    public static PlainVae Of(string preset) => preset switch
    {
        "facemix-64" => new FaceMix64(),
        "anime-64" => new Anime64(),
        "ffhq-conv-96" => new FfhqConv96(),
        "face-mixing-256" => new FaceMixing256(),
        _ => throw new UsageException($"There is no {preset} in plain TorchSharp."),
    };

    protected static Tensor Sample(Tensor mean, Tensor logvar, Tensor noise) => mean + ((0.5 * logvar).exp() * noise);

    /// <summary>KL divergence of each number of the latent, [N, latent].</summary>
    protected static Tensor Kl(PlainOutput output) => 0.5 * (output.Mean.square() + output.Logvar.exp() - output.Logvar - 1);

    protected static Tensor Leaky(Tensor x) => functional.leaky_relu(x, 0.2);
}
