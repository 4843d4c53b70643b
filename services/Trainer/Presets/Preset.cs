using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Presets;

/// <summary>A run as data: what is trained, against which loss, and how.</summary>
public sealed record Preset
{
    /// <summary>Also the published model's name.</summary>
    public string Name { get; init; } = "unnamed";

    public string Description { get; init; } = string.Empty;

    public ModelOptions Model { get; init; } = new();

    public LossOptions Loss { get; init; } = new();

    public PerceptualOptions Perceptual { get; init; } = new();

    public AdversarialOptions Adversarial { get; init; } = new();

    public TrainingOptions Training { get; init; } = new();

    /// <exception cref="UsageException">A value is out of its range.</exception>
    public void Check()
    {
        Model.Check();
        Loss.Check();
        Perceptual.Check();
        Adversarial.Check();
        Training.Check();
        if (Loss.Bce > 0 && NetworkFactory.Create(Model).Range != PixelRange.Unit)
            throw new UsageException($"loss.bce takes pixels from 0 to 1; those of {Model.Architecture} are from -1 to 1.");
        if (Loss.MsSsim > 0 && new MsSsim(Loss.MsSsimWindow, Loss.MsSsimScales).ScalesFor(Model.ImageSize) == 0)
            throw new UsageException($"loss.ms_ssim_window is {Loss.MsSsimWindow}; pictures are only {Model.ImageSize} pixels wide.");
    }
}
