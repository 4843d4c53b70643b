namespace FaceMix.Latents;

/// <summary>
/// Functions whose last bit must not depend on the machine. C libraries differ in it, and choose other code on other
/// processors; these use +, −, × and ÷ alone, which IEEE 754 fixes.
/// </summary>
internal static class PortableMath
{
    private const double Ln2 = 0.693147180559945309417;
    private const double Sqrt2 = 1.41421356237309504880;
    private const int LogTerms = 11;

    // π / 2 in two parts: the first has 33 bits, so that its small multiples are exact.
    private const double HalfPiHigh = 1.57079632673412561417;
    private const double HalfPiLow = 6.07710050650619224932e-11;
    private const int TrigonometricTerms = 9;

    /// <summary>Natural logarithm of a normal, positive number, to within a few units of the last place.</summary>
    public static double Log(double x)
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
        for (var k = LogTerms; k >= 0; k--)
            series = (series * square) + (1.0 / ((2 * k) + 1));
        return (exponent * Ln2) + (2 * t * series);
    }

    /// <summary>Sine and cosine of an angle within [0, 2π], to within two units of the last place.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        var quarter = (int)((angle / (HalfPiHigh + HalfPiLow)) + 0.5);
        var r = angle - (quarter * HalfPiHigh) - (quarter * HalfPiLow); // [−π/4, π/4]
        // Taylor's series from the small end: terms beyond these are less than 1e-19.
        double sin = 0, cos = 0, square = r * r;
        for (var k = TrigonometricTerms; k > 0; k--)
        {
            sin = (1 - sin) * square / ((2 * k) * ((2 * k) + 1));
            cos = (1 - cos) * square / ((2 * k) * ((2 * k) - 1));
        }
        sin = r - (r * sin);
        cos = 1 - cos;
        return (quarter & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }
}
