namespace FaceMix.Trainer.Training;

/// <summary>What decides which of a run's weights are the best: measured of the averaged model on held-out faces at every checkpoint.</summary>
public enum BestMetric
{
    /// <summary>Nothing is measured on the way; the last weights are published.</summary>
    None,

    /// <summary>The preset's own loss without perceptual and adversarial terms, the KL weight at its height; lower is better.</summary>
    Loss,

    /// <summary>Mean squared error with pixels in 0..1; lower is better.</summary>
    Mse,

    /// <summary>Peak signal-to-noise ratio in decibels; higher is better.</summary>
    PsnrDb,

    /// <summary>Structural similarity; higher is better.</summary>
    Ssim,

    /// <summary>The same over several scales; higher is better.</summary>
    MsSsim,
}

public static class BestMetrics
{
    /// <summary>As presets, cards and curves write it.</summary>
    public static string NameOf(BestMetric metric) => metric switch
    {
        BestMetric.Loss => "loss",
        BestMetric.Mse => "mse",
        BestMetric.PsnrDb => "psnr_db",
        BestMetric.Ssim => "ssim",
        BestMetric.MsSsim => "ms_ssim",
        _ => "none",
    };

    /// <summary>Whether a value beats another by at least <paramref name="gain"/>; what is no number beats nothing.</summary>
    public static bool Beats(this BestMetric metric, double value, double other, double gain) =>
        metric is BestMetric.Loss or BestMetric.Mse ? value < other - gain : value > other + gain;
}
