namespace FaceMix.Trainer.Losses;

public enum KlShape
{
    /// <summary>From <c>start</c> to its height over <c>loss.kl_warmup</c> of the run.</summary>
    Linear,

    /// <summary>At its height from the first step on.</summary>
    Constant,

    /// <summary>From <c>start</c>, one <c>step</c> higher every <c>every_epochs</c>, up to its height.</summary>
    Stepped,

    /// <summary>Rises from <c>start</c> and stays, <c>cycles</c> times over the run (Fu et al. 2019).</summary>
    Cyclical,
}

/// <summary>How the KL weight moves on the way to its height, <c>loss.kl</c>.</summary>
public sealed record KlScheduleOptions
{
    public KlShape Shape { get; init; }

    /// <summary>The weight at the beginning.</summary>
    public double Start { get; init; }

    /// <summary>Added each time, in a stepped schedule.</summary>
    public double Step { get; init; }

    /// <summary>Epochs between steps.</summary>
    public int EveryEpochs { get; init; } = 1;

    /// <summary>Cycles in a run.</summary>
    public int Cycles { get; init; } = 4;

    /// <summary>Part of a cycle in which the weight rises.</summary>
    public double Rise { get; init; } = 0.5;

    /// <summary>The weight at a point of a run.</summary>
    /// <param name="height">Its height.</param>
    /// <param name="warmup">Part of the run over which a linear one rises.</param>
    /// <param name="progress">Part of the run that is over, 0 to 1.</param>
    /// <param name="epoch">Epochs done.</param>
    public double At(double height, double warmup, double progress, int epoch)
    {
        double Between(double part) => Start + ((height - Start) * Math.Clamp(part, 0, 1));
        return Shape switch
        {
            KlShape.Constant => height,
            KlShape.Stepped => Math.Min(height, Start + (Step * (epoch / EveryEpochs))),
            KlShape.Cyclical => progress >= 1 ? height : Between(progress * Cycles % 1 / Rise),
            _ => warmup <= 0 ? height : Between(progress / warmup),
        };
    }

    /// <exception cref="UsageException">A number is out of its range.</exception>
    public void Check()
    {
        Require(double.IsFinite(Start) && Start >= 0, "start", Start, "0 or more");
        Require(double.IsFinite(Step) && Step >= 0, "step", Step, "0 or more");
        Require(Shape != KlShape.Stepped || Step > 0, "step", Step, "above 0 in a stepped schedule");
        Require(EveryEpochs is >= 1 and <= 100_000, "every_epochs", EveryEpochs, "1 to 100000");
        Require(Cycles is >= 1 and <= 10_000, "cycles", Cycles, "1 to 10000");
        Require(Rise is > 0 and <= 1, "rise", Rise, "above 0, at most 1");
    }

    private static void Require(bool holds, string key, double value, string range)
    {
        if (!holds)
            throw new UsageException($"loss.kl_schedule.{key} is {value}; it must be {range}.");
    }
}
