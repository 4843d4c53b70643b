using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Training.Parallel;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>The discriminator beside a run: its verdict is a term of the model's loss, and it learns from the same pictures after each step.</summary>
public sealed class Adversary : IDisposable
{
    private readonly AdversarialOptions _options;

    /// <param name="options">Weight, scales, and its own Adam.</param>
    /// <param name="model">Whose pictures it judges.</param>
    /// <param name="device">Where they are; null: the CPU.</param>
    public Adversary(AdversarialOptions options, ModelOptions model, Device? device = null)
    {
        _options = options;
        Discriminator = new PatchDiscriminator(model.Channels, model.ImageSize, options.Scales, options.Width, device);
        Optimizer = new FusedAdam(Discriminator.parameters(), options.LearningRate, options.Beta1, options.Beta2);
    }

    public PatchDiscriminator Discriminator { get; }

    public FusedAdam Optimizer { get; }

    public bool JoinsAt(long step) => step >= _options.StartStep;

    /// <summary>What the model is told of its pictures [N, channels, H, W].</summary>
    public LossTerm Term(Tensor painted) => new("adversarial", _options.Weight, Mean(Discriminator.call(painted), verdict =>
        _options.Loss == AdversarialLoss.Hinge ? -verdict.mean() : (verdict - 1).pow(2).mean()));

    /// <summary>What the discriminator learns from, a scalar.</summary>
    /// <param name="real">Targets [N, channels, H, W].</param>
    /// <param name="painted">The model's pictures, as many; their gradient is not followed.</param>
    public Tensor Loss(Tensor real, Tensor painted) => _options.Loss == AdversarialLoss.Hinge
        ? Mean(Discriminator.call(real), verdict => (1 - verdict).relu().mean()) + Mean(Discriminator.call(painted.detach()), verdict => (1 + verdict).relu().mean())
        : Mean(Discriminator.call(real), verdict => (verdict - 1).pow(2).mean()) + Mean(Discriminator.call(painted.detach()), verdict => verdict.pow(2).mean());

    /// <summary>The discriminator's own step.</summary>
    /// <param name="real">Targets.</param>
    /// <param name="painted">The model's pictures; their gradient is not followed.</param>
    /// <param name="parallel">The processes that train together; null: this one alone.</param>
    /// <param name="whole">Pictures in the shares of all of them.</param>
    /// <returns>Its loss; where that is not finite the step is left out.</returns>
    public double Step(Tensor real, Tensor painted, DataParallel? parallel = null, int whole = 0)
    {
        // What the model's own step left behind is no part of this one.
        Optimizer.ZeroGrad();
        var loss = Loss(real, painted);
        var count = (int)real.shape[0];
        double[] value = [loss.detach().to(ScalarType.Float64).item<double>()];
        parallel?.Average(value, count, whole);
        if (double.IsFinite(value[0]))
        {
            if (parallel is null)
                loss.backward();
            else
                parallel.Backward(Discriminator, loss, count, whole);
            Optimizer.Step();
        }
        return value[0];
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Discriminator.Dispose();
    }

    private static Tensor Mean(IReadOnlyList<Tensor> verdicts, Func<Tensor, Tensor> loss) =>
        verdicts.Select(loss).Aggregate((a, b) => a + b) / verdicts.Count;
}
