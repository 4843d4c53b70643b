using System.Numerics;

namespace FaceMix.Decoder.Sampling;

/// <summary>
/// Standard normal numbers that depend on the seed alone: the same on every machine and in every batch.
/// Bits come from xoshiro256** seeded by splitmix64 (Blackman and Vigna), numbers from Marsaglia's polar form of
/// Box and Muller, which needs no sine. The logarithm is computed here because those of C libraries differ in the
/// last bit; all else is +, −, ×, ÷ and the square root, which IEEE 754 fixes.
/// </summary>
public struct SeededNormal
{
    private const double Ln2 = 0.693147180559945309417;
    private const double Sqrt2 = 1.41421356237309504880;
    private const int SeriesTerms = 11;

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;
    private double _spare;
    private bool _hasSpare;

    public SeededNormal(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>Mean 0, standard deviation 1.</summary>
    public double Next()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }
        double u, v, square;
        do
        {
            u = (2 * NextUnit()) - 1;
            v = (2 * NextUnit()) - 1;
            square = (u * u) + (v * v);
        }
        while (square is >= 1 or 0);
        var scale = Math.Sqrt(-2 * Log(square) / square);
        _spare = v * scale;
        _hasSpare = true;
        return u * scale;
    }

    /// <summary>Natural logarithm of a normal, positive number, to within a few units of the last place.</summary>
    internal static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000); // [1, 2)
        if (mantissa > Sqrt2)
        {
            mantissa /= 2;
            exponent++;
        }
        // ln m = 2 artanh t with t = (m − 1) / (m + 1), |t| < 0.172: eleven terms leave less than 1e-17.
        var t = (mantissa - 1) / (mantissa + 1);
        var square = t * t;
        double series = 0;
        for (var k = SeriesTerms; k >= 0; k--)
            series = (series * square) + (1.0 / ((2 * k) + 1));
        return (exponent * Ln2) + (2 * t * series);
    }

    // [0, 1), 53 bits.
    internal double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    private ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
