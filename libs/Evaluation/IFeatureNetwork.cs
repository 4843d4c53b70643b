namespace FaceMix.Evaluation;

/// <summary>Turns pictures into numbers that say what is seen, so that sets of pictures can be compared.</summary>
public interface IFeatureNetwork : IDisposable
{
    /// <summary>Such as <c>judge-1a2b</c> or <c>SqueezeNet_fp16:pool10_1</c>; stands beside every distance.</summary>
    string Name { get; }

    /// <summary>Numbers for one picture.</summary>
    int Width { get; }

    /// <param name="rgb">uint8 [N, H, W, 3].</param>
    /// <param name="size">H and W.</param>
    /// <returns>[N, Width], row by row.</returns>
    float[] Features(ReadOnlySpan<byte> rgb, int size);
}
