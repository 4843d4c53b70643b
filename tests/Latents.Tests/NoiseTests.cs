using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Latents;

public sealed class NoiseTests
{
    private const int Draws = 40_000;

    [Fact]
    public void The_numbers_of_a_seed_never_change()
    {
        // From the published algorithms in Python: a picture that is made again must be the same picture.
        Assert.Equal([-1.1411097049713135f, -0.21207644045352936f, 0.7439152002334595f, 0.0292479507625103f], Noise.Normal(42, 0, 4));
        Assert.Equal([1.711220622062683f, 0.209911048412323f, 0.8164203763008118f], Noise.Normal(7, 3, 3));
    }

    [Fact]
    public void A_longer_draw_begins_with_a_shorter_one_and_other_seeds_and_steps_differ()
    {
        var noise = Noise.Normal(1, 2, 101);

        Assert.Equal(noise[..7], Noise.Normal(1, 2, 7));
        Assert.NotEqual(noise[..7], Noise.Normal(1, 3, 7));
        Assert.NotEqual(noise[..7], Noise.Normal(2, 2, 7));
    }

    [Fact]
    public void Neighbouring_seeds_give_standard_normal_numbers_that_know_nothing_of_each_other()
    {
        var (first, second) = (new double[Draws], new double[Draws]);
        for (var seed = 0; seed < Draws; seed++)
        {
            var pair = Noise.Normal((ulong)seed, 0, 2);
            (first[seed], second[seed]) = (pair[0], pair[1]);
        }

        Assert.Equal(0, first.Average(), 0.03);
        Assert.Equal(1, first.Average(x => x * x), 0.04);
        Assert.Equal(0, first.Average(x => x * x * x), 0.08);
        Assert.Equal(3, first.Average(x => x * x * x * x), 0.25);
        Assert.Equal(0, first.Zip(second, (x, y) => x * y).Average(), 0.03);
        Assert.Equal(0, first.Skip(1).Zip(first, (x, y) => x * y).Average(), 0.03);
    }

    [Fact]
    public void Runs_of_the_first_release_go_on_with_the_same_numbers()
    {
        // They took logarithm, sine and cosine from the C library: after rounding to float32 one number in some hundred millions may differ.
        const int count = 1_000_000;
        var state = SplitMix64.Mix(9UL ^ SplitMix64.Mix(4UL + 0x6E6F697365UL));
        double Uniform()
        {
            state += 0x9E3779B97F4A7C15UL;
            return (SplitMix64.Mix(state) >> 11) * (1.0 / (1UL << 53));
        }
        var before = new float[count];
        for (var i = 0; i < count; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform()));
            var angle = 2 * Math.PI * Uniform();
            (before[i], before[i + 1]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
        }

        var now = Noise.Normal(9, 4, count);

        Assert.InRange(before.Zip(now).Count(pair => pair.First != pair.Second), 0, 1);
        Assert.All(before.Zip(now), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }
}
