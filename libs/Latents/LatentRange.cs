namespace FaceMix.Latents;

/// <summary>The numbers that a latent may hold: what a service returns can be sent back to any service.</summary>
public static class LatentRange
{
    /// <summary>Every number of a latent is within −Limit and Limit.</summary>
    public const float Limit = 100;

    /// <summary>The nearest number within the range.</summary>
    public static float Clamp(double value) => (float)Math.Clamp(value, -Limit, Limit);
}
