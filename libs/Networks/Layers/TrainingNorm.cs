using static TorchSharp.torch;

namespace FaceMix.Networks.Layers;

/// <summary>Batch norm in training: normalises by the batch's statistics and moves the running ones towards them.</summary>
/// <param name="x">[N, C, H, W] or [N, C].</param>
/// <param name="runningMean">[C].</param>
/// <param name="runningVariance">[C].</param>
/// <param name="weight">[C], or null.</param>
/// <param name="bias">[C], or null.</param>
/// <param name="momentum">How far the running statistics move.</param>
/// <param name="epsilon">Added to the variance.</param>
public delegate Tensor TrainingNorm(Tensor x, Tensor runningMean, Tensor runningVariance, Tensor? weight, Tensor? bias, double momentum, double epsilon);
