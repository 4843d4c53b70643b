using FaceMix.Networks;
using FaceMix.Networks.Layers;

namespace FaceMix.Trainer.Training;

public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    Adamw,

    /// <summary>Adam with weight decay added to the gradient.</summary>
    Adam,
}

/// <summary>How a model is trained; what it is lies in <see cref="ModelOptions"/>.</summary>
public sealed record TrainingOptions
{
    /// <summary>Pictures per step, 2 to 4096 (batch norm needs more than one).</summary>
    public int Batch { get; init; } = 64;

    /// <summary>How weight decay is taken; without any, both are Adam.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>The learning rate falls along a cosine to this part of its height, 0 to 1.</summary>
    public double FinalRate { get; init; } = 0.02;

    /// <summary>Steps over which the learning rate rises from 0.</summary>
    public int WarmupSteps { get; init; } = 100;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.99;

    /// <summary>Keeps Adam's division finite; 1e-7 in Keras.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weight decay, decoupled or added to the gradient as the optimizer has it.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Gradients are scaled down to this norm; 0 leaves them as they are.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>A step whose gradient is longer than this is left out and counted; 0: only one that is not finite.</summary>
    public double SkipNorm { get; init; }

    /// <summary>Share of the old average kept at each step by the averaged weights, 0 to below 1.</summary>
    public double Ema { get; init; } = 0.998;

    /// <summary>Ends the run after this many steps; 0: only time ends it.</summary>
    public long MaxSteps { get; init; }

    /// <summary>Ends the run after the data was seen this often; 0: only steps and time end it.</summary>
    public int Epochs { get; init; }

    /// <summary>
    /// Deviation of Gaussian noise laid over what the encoder sees, in parts of the pixel range; the target stays clean, so that
    /// the model learns to take noise away.
    /// </summary>
    public double InputNoise { get; init; }

    /// <summary>Seconds between checkpoints.</summary>
    public double CheckpointSeconds { get; init; } = 60;

    /// <summary>Epochs between checkpoints, besides those by time; 0: by time alone.</summary>
    public int CheckpointEpochs { get; init; }

    /// <summary>How many of the newest checkpoints stay.</summary>
    public int KeepCheckpoints { get; init; } = 1;

    /// <summary>Measured at every checkpoint; the weights that are best by it are kept and published.</summary>
    public BestMetric BestMetric { get; init; }

    /// <summary>Ends the run when so many measurements in a row were no better than the best before them; 0: never.</summary>
    public int EarlyStopping { get; init; }

    /// <summary>What counts as better must be so by more than this, in the metric's unit.</summary>
    public double EarlyStoppingGain { get; init; }

    /// <summary>Mirrors every second picture of a folder; drawn faces need no such thing.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Changes brightness, contrast and saturation of each picture of a folder by up to this part, 0 to 0.5; 0: not at all.</summary>
    public double ColourJitter { get; init; }

    /// <summary>Cuts each picture of a folder smaller by up to this part of its side, 0 to 0.5; 0: not at all.</summary>
    public double CropJitter { get; init; }

    /// <summary>Pictures held out for the metrics.</summary>
    public int HeldOut { get; init; } = 1000;

    /// <summary>Where it computes: <c>auto</c> (a CUDA device where libtorch sees one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. <c>--device</c> goes before it.</summary>
    public string Device { get; init; } = Devices.Auto;

    /// <summary>The type of the networks' products; weights, loss and checkpoints are float32.</summary>
    public Precision Precision { get; init; }

    /// <summary>Where several processes train together, batch norm sees the whole batch and not each process's share of it.</summary>
    public bool SyncBatchNorm { get; init; } = true;

    /// <exception cref="UsageException">A number is out of its range.</exception>
    public void Check()
    {
        Require(Batch is >= 2 and <= 4096, "batch", Batch, "2 to 4096");
        Require(LearningRate is > 0 and <= 1, "learning_rate", LearningRate, "above 0, at most 1");
        Require(FinalRate is >= 0 and <= 1, "final_rate", FinalRate, "0 to 1");
        Require(WarmupSteps is >= 0 and <= 1_000_000, "warmup_steps", WarmupSteps, "0 to 1000000");
        Require(Beta1 is >= 0 and < 1, "beta1", Beta1, "0 to below 1");
        Require(Beta2 is >= 0 and < 1, "beta2", Beta2, "0 to below 1");
        Require(Epsilon is > 0 and <= 1, "epsilon", Epsilon, "above 0, at most 1");
        Require(WeightDecay is >= 0 and <= 1, "weight_decay", WeightDecay, "0 to 1");
        Require(ClipNorm is >= 0 and <= 1e6, "clip_norm", ClipNorm, "0 to 1000000");
        Require(SkipNorm is >= 0 and <= 1e12, "skip_norm", SkipNorm, "0 to 1e12");
        Require(Ema is >= 0 and < 1, "ema", Ema, "0 to below 1");
        Require(MaxSteps >= 0, "max_steps", MaxSteps, "0 or more");
        Require(Epochs is >= 0 and <= 1_000_000, "epochs", Epochs, "0 to 1000000");
        Require(InputNoise is >= 0 and <= 2, "input_noise", InputNoise, "0 to 2");
        Require(CheckpointSeconds is >= 1 and <= 86_400, "checkpoint_seconds", CheckpointSeconds, "1 to 86400");
        Require(CheckpointEpochs is >= 0 and <= 1_000_000, "checkpoint_epochs", CheckpointEpochs, "0 to 1000000");
        Require(KeepCheckpoints is >= 1 and <= 1000, "keep_checkpoints", KeepCheckpoints, "1 to 1000");
        Require(EarlyStopping is >= 0 and <= 1_000_000, "early_stopping", EarlyStopping, "0 to 1000000");
        Require(EarlyStoppingGain is >= 0 and <= 1e6, "early_stopping_gain", EarlyStoppingGain, "0 to 1000000");
        if (EarlyStopping > 0 && BestMetric == BestMetric.None)
            throw new UsageException("training.early_stopping needs a training.best_metric to go by: loss, mse, psnr_db, ssim or ms_ssim.");
        Require(ColourJitter is >= 0 and <= 0.5, "colour_jitter", ColourJitter, "0 to 0.5");
        Require(CropJitter is >= 0 and <= 0.5, "crop_jitter", CropJitter, "0 to 0.5");
        if (!Devices.IsWish(Device))
            throw new UsageException($"training.device is {Device}; it must be auto, cpu, cuda or cuda:N.");
        Require(HeldOut is >= 8 and <= 100_000, "held_out", HeldOut, "8 to 100000");
    }

    private static void Require(bool holds, string key, double value, string range)
    {
        if (!holds)
            throw new UsageException($"training.{key} is {value}; it must be {range}.");
    }
}
