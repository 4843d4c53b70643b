namespace FaceMix.Trainer.Losses;

/// <summary>Weights of the loss's pieces; a weight of 0 leaves a piece out.</summary>
public sealed record LossOptions
{
    /// <summary>Mean absolute error of the largest picture, in units of half the pixel range.</summary>
    public double L1 { get; init; } = 1;

    /// <summary>Mean squared error of the largest picture.</summary>
    public double Mse { get; init; }

    /// <summary>Mean absolute error of the differences between neighbouring pixels: thin things, such as glasses, weigh little in L1 and much here.</summary>
    public double Edge { get; init; }

    /// <summary>Mean absolute error of each smaller picture against the target halved by averaging.</summary>
    public double LowerLevels { get; init; } = 0.25;

    /// <summary>KL divergence, summed over the latent and averaged over the batch.</summary>
    public double Kl { get; init; } = 1e-4;

    /// <summary>The KL weight rises linearly over this part of the run, 0 to 1.</summary>
    public double KlWarmup { get; init; } = 0.1;

    /// <exception cref="UsageException">A weight is negative or not finite, or no reconstruction piece is left.</exception>
    public void Check()
    {
        foreach (var (name, value) in new[] { ("l1", L1), ("mse", Mse), ("edge", Edge), ("lower_levels", LowerLevels), ("kl", Kl) })
        {
            if (!double.IsFinite(value) || value < 0)
                throw new UsageException($"loss.{name} is {value}; it must be 0 or more.");
        }
        if (KlWarmup is not (>= 0 and <= 1))
            throw new UsageException($"loss.kl_warmup is {KlWarmup}; it must be 0 to 1.");
        if (L1 + Mse <= 0)
            throw new UsageException("loss.l1 and loss.mse are both 0; nothing would teach the picture.");
    }
}
