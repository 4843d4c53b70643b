using FaceMix.Networks;

namespace FaceMix.Trainer.Training;

public enum AdversarialLoss
{
    /// <summary>max(0, 1 ∓ D) for the discriminator, -D for the model (Lim and Ye 2017).</summary>
    Hinge,

    /// <summary>Squares to 1 and 0 (Mao et al. 2017).</summary>
    Lsgan,
}

/// <summary>A patch discriminator that any preset can be trained against; see <see cref="PatchDiscriminator"/>.</summary>
public sealed record AdversarialOptions
{
    /// <summary>Weight of its verdict in the model's loss; 0: there is none.</summary>
    public double Weight { get; init; }

    public AdversarialLoss Loss { get; init; }

    /// <summary>Sizes it looks at, 1 to 4.</summary>
    public int Scales { get; init; } = 3;

    /// <summary>Channels of its first layer.</summary>
    public int Width { get; init; } = 64;

    /// <summary>It joins at this step, once pictures look like something.</summary>
    public long StartStep { get; init; }

    /// <summary>Of its own Adam.</summary>
    public double LearningRate { get; init; } = 2e-4;

    public double Beta1 { get; init; } = 0.5;

    public double Beta2 { get; init; } = 0.999;

    /// <exception cref="UsageException">A number is out of its range.</exception>
    public void Check()
    {
        Require(Weight is >= 0 and <= 1e6, "weight", Weight, "0 to 1000000");
        Require(Scales is >= 1 and <= 4, "scales", Scales, "1 to 4");
        Require(Width is >= 1 and <= 512, "width", Width, "1 to 512");
        Require(StartStep >= 0, "start_step", StartStep, "0 or more");
        Require(LearningRate is > 0 and <= 1, "learning_rate", LearningRate, "above 0, at most 1");
        Require(Beta1 is >= 0 and < 1, "beta1", Beta1, "0 to below 1");
        Require(Beta2 is >= 0 and < 1, "beta2", Beta2, "0 to below 1");
    }

    private static void Require(bool holds, string key, double value, string range)
    {
        if (!holds)
            throw new UsageException($"adversarial.{key} is {value}; it must be {range}.");
    }
}
