using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Latents;

public sealed class PortableMathTests
{
    [Fact]
    public void The_logarithm_is_that_of_the_library()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var x = i % 2 == 0 ? random.NextDouble() : Math.Pow(10, (random.NextDouble() * 600) - 300);
            if (x > 0)
                Assert.Equal(1, 1 + PortableMath.Log(x) - Math.Log(x), 12);
        }
    }

    [Fact]
    public void Sine_and_cosine_are_those_of_the_library_over_the_whole_turn()
    {
        var random = new Random(2);
        double[] corners = [0, Math.PI / 4, Math.PI / 2, Math.PI, 1.5 * Math.PI, 2 * Math.PI, double.Epsilon];
        foreach (var angle in corners.Concat(Enumerable.Range(0, 200_000).Select(_ => random.NextDouble() * 2 * Math.PI)))
        {
            var (sin, cos) = PortableMath.SinCos(angle);
            Assert.InRange(Math.Abs(sin - Math.Sin(angle)), 0, 3e-16);
            Assert.InRange(Math.Abs(cos - Math.Cos(angle)), 0, 3e-16);
        }
    }
}
