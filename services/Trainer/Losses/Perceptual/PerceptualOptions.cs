namespace FaceMix.Trainer.Losses.Perceptual;

/// <summary>A network whose maps of picture and target are compared: what looks alike weighs less than what does not.</summary>
public sealed record PerceptualOptions
{
    /// <summary>The network that FaceMix trains itself on the data's attributes.</summary>
    public const string Judge = "judge";

    /// <summary>Of the maps' mean absolute difference, averaged over the layers; 0: none.</summary>
    public double Weight { get; init; }

    /// <summary><c>judge</c>, or a path: VGG19's <c>.safetensors</c> under torchvision's names.</summary>
    public string Network { get; init; } = Judge;

    /// <summary>SHA-256 that the file must have, in hex; empty: whichever it has.</summary>
    public string Sha256 { get; init; } = string.Empty;

    /// <summary>Layers to compare, such as <c>block1_conv1</c>; empty: the last one at each size.</summary>
    public IList<string> Layers { get; init; } = [];

    /// <summary>Steps to train the judge at most, 64 faces each; it is kept and used again.</summary>
    public int JudgeSteps { get; init; } = 600;

    /// <exception cref="UsageException">A value is out of its range.</exception>
    public void Check()
    {
        if (!double.IsFinite(Weight) || Weight < 0)
            throw new UsageException($"perceptual.weight is {Weight}; it must be 0 or more.");
        if (Sha256.Length is not (0 or 64) || !Sha256.All(char.IsAsciiHexDigit))
            throw new UsageException($"perceptual.sha256 is \"{Sha256}\"; it must be 64 hexadecimal digits, or empty.");
        if (Layers.Count > 64)
            throw new UsageException($"perceptual.layers lists {Layers.Count} layers; at most 64 can be compared.");
        if (JudgeSteps is < 1 or > 1_000_000)
            throw new UsageException($"perceptual.judge_steps is {JudgeSteps}; it must be 1 to 1000000.");
    }
}
