using Xunit;

namespace FaceMix.Tests.LatentStore;

/// <summary>What must hold within a time.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition, TimeSpan within)
    {
        for (var begun = DateTime.UtcNow; DateTime.UtcNow - begun < within; await Task.Delay(10))
        {
            if (condition())
                return;
        }
        Assert.Fail($"It did not hold within {within}.");
    }
}
