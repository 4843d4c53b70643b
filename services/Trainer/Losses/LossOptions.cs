namespace FaceMix.Trainer.Losses;

/// <summary>How a picture's pixels become one number; over the batch every piece is averaged.</summary>
public enum Reduction
{
    /// <summary>Mean over a picture's pixels and channels.</summary>
    Mean,

    /// <summary>Sum over a picture's pixels and channels, as the evidence lower bound has it.</summary>
    Sum,
}

/// <summary>How targets of smaller levels are made.</summary>
public enum Halving
{
    /// <summary>Mean of 2×2 pixels.</summary>
    Mean,

    /// <summary>TensorFlow's cubic kernel without antialias.</summary>
    Bicubic,
}

/// <summary>Weights of the loss's pieces; a weight of 0 leaves a piece out. Pixels are in the network's own range, [-1, 1] or [0, 1].</summary>
public sealed record LossOptions
{
    /// <summary>Of l1, mse, bce, edge and the lower levels.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>Absolute error of the largest picture.</summary>
    public double L1 { get; init; } = 1;

    /// <summary>Squared error of the largest picture.</summary>
    public double Mse { get; init; }

    /// <summary>Binary cross-entropy of the largest picture, in nats; for networks whose pixels are in [0, 1].</summary>
    public double Bce { get; init; }

    /// <summary>Absolute error of the differences between neighbouring pixels: thin things, such as glasses, weigh little in L1 and much here.</summary>
    public double Edge { get; init; }

    /// <summary>1 - MS-SSIM of the largest picture (see <see cref="Losses.MsSsim"/>).</summary>
    public double MsSsim { get; init; }

    /// <summary>Side of MS-SSIM's window in pixels, odd.</summary>
    public int MsSsimWindow { get; init; } = 11;

    /// <summary>Scales of MS-SSIM, 1 to 5; pictures too small for all of them use fewer.</summary>
    public int MsSsimScales { get; init; } = 5;

    /// <summary>Absolute error of each smaller picture against the halved target.</summary>
    public double LowerLevels { get; init; } = 0.25;

    /// <summary>How the targets of smaller pictures are made.</summary>
    public Halving Halving { get; init; }

    /// <summary>KL divergence, summed over the latent and averaged over the batch, once its schedule is at its height.</summary>
    public double Kl { get; init; } = 1e-4;

    /// <summary>A linear schedule rises over this part of the run, 0 to 1.</summary>
    public double KlWarmup { get; init; } = 0.1;

    public KlScheduleOptions KlSchedule { get; init; } = new();

    /// <summary>Nats of each of the latent's numbers that cost nothing more to save (Kingma et al. 2016); 0: off.</summary>
    public double FreeBits { get; init; }

    /// <summary>
    /// Weighs the numbers of the latent by their own KL divergence, 1 on average, so that the weight does not press on those
    /// that hardly say anything (Vahdat and Kautz 2020, there for groups).
    /// </summary>
    public bool KlBalancing { get; init; }

    /// <exception cref="UsageException">A weight is negative or not finite, or no reconstruction piece is left.</exception>
    public void Check()
    {
        (string Name, double Value)[] weights =
            [("l1", L1), ("mse", Mse), ("bce", Bce), ("edge", Edge), ("ms_ssim", MsSsim), ("lower_levels", LowerLevels), ("kl", Kl), ("free_bits", FreeBits)];
        foreach (var (name, value) in weights)
        {
            if (!double.IsFinite(value) || value < 0)
                throw new UsageException($"loss.{name} is {value}; it must be 0 or more.");
        }
        if (KlWarmup is not (>= 0 and <= 1))
            throw new UsageException($"loss.kl_warmup is {KlWarmup}; it must be 0 to 1.");
        if (MsSsimWindow is < 3 or > 63 || MsSsimWindow % 2 == 0)
            throw new UsageException($"loss.ms_ssim_window is {MsSsimWindow}; it must be odd, 3 to 63.");
        if (MsSsimScales is < 1 or > 5)
            throw new UsageException($"loss.ms_ssim_scales is {MsSsimScales}; it must be 1 to 5.");
        if (L1 + Mse + Bce + MsSsim <= 0)
            throw new UsageException("loss.l1, mse, bce and ms_ssim are all 0; nothing would teach the picture.");
        KlSchedule.Check();
    }
}
