using Xunit;

namespace FaceMix.Tests;

/// <summary>
/// A fact about a GPU. No machine of CI has one, so it is asked for: with environment variable <c>FACEMIX_TEST_GPU</c> set it
/// runs, and fails where there is none; otherwise it is skipped.
/// </summary>
public sealed class NeedsGpuAttribute : FactAttribute
{
    public NeedsGpuAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("FACEMIX_TEST_GPU")))
            Skip = "It needs a GPU and a libtorch with CUDA: set FACEMIX_TEST_GPU=1 where they are.";
    }
}
