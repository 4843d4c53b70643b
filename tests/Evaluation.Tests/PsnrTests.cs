using FaceMix.Evaluation;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class PsnrTests
{
    [Fact]
    public void Psnr_is_that_of_its_definition()
    {
        Assert.Equal(20 * Math.Log10(255.0 / 10), Psnr.Of([10, 20, 30], [20, 30, 40]), 9);
        Assert.Equal(Psnr.Of([10, 10], [20, 0]), Psnr.OfConstant([10], [20, 0]), 9);
        Assert.True(Psnr.Of([1, 2], [1, 2]) > 100);
    }
}
