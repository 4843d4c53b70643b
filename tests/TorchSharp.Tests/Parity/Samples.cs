using System.Globalization;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

/// <summary>Numbers for a case's inputs: the same for the same case and seed, whatever the machine.</summary>
/// <param name="DType">"float" for the type that is tried, "still" for it without gradients, "int64" or "bool".</param>
/// <param name="Shape">The tensor's shape.</param>
/// <param name="Values">As float64; each is a float32 number, so that both types see the same.</param>
internal sealed record Sample(string DType, long[] Shape, double[] Values)
{
    /// <summary>The tensor, which asks for gradients when it floats.</summary>
    public Tensor In(ScalarType floating) => DType switch
    {
        "float" => tensor(Values, Shape).to_type(floating).requires_grad_(),
        "still" => tensor(Values, Shape).to_type(floating),
        "int64" => tensor(Values, Shape).to_type(ScalarType.Int64),
        _ => tensor(Values, Shape).to_type(ScalarType.Bool),
    };
}

/// <summary>
/// Reads descriptions of inputs such as "m,n", "u:m,2n" or "i(n):m,k". Letters are sizes that the seed chooses, capitals
/// larger ones; a number before a letter multiplies it. Before the colon stands what kind of numbers: none for -1 to 1,
/// p for positive ones, u for those well within 0 and 1, g for more than 1, s for ascending ones, spd for a symmetric
/// positive definite matrix, c and cp for any and for positive ones that no gradient is taken by, i(x) for whole numbers below x, q(x) for different ones, b for truth values.
/// </summary>
internal sealed class Samples
{
    private readonly Dictionary<char, long> sizes = [];
    private readonly Random random;

    public Samples(string name, int seed)
    {
        var hash = 2166136261u;
        foreach (var letter in name) hash = (hash ^ letter) * 16777619u;
        random = new Random((int)(hash & 0x7fffffff) ^ (seed * 7919));
    }

    public Sample Next(string description)
    {
        var (kind, dims) = description.Contains(':', StringComparison.Ordinal) ? (description.Split(':')[0], description.Split(':')[1]) : ("", description);
        var shape = dims.Length == 0 ? [] : dims.Split(',').Select(Size).ToArray();
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        if (kind.StartsWith("i(", StringComparison.Ordinal)) return new("int64", shape, Many(count, () => random.NextInt64(Size(kind[2..^1]))));
        if (kind.StartsWith("q(", StringComparison.Ordinal))
            return new("int64", shape, Enumerable.Range(0, (int)Size(kind[2..^1])).Select(i => (double)i).OrderBy(_ => random.Next()).Take(count).ToArray());
        return kind switch
        {
            "b" => new("bool", shape, Many(count, () => random.Next(2))),
            "p" => new("float", shape, Many(count, () => 0.2 + random.NextDouble())),
            "u" => new("float", shape, Many(count, () => 0.05 + 0.9 * random.NextDouble())),
            "g" => new("float", shape, Many(count, () => 1.1 + random.NextDouble())),
            "s" => new("float", shape, Many(count, () => 2 * random.NextDouble() - 1).Order().ToArray()),
            "c" => new("still", shape, Many(count, () => 2 * random.NextDouble() - 1)),
            "cp" => new("still", shape, Many(count, () => 0.2 + random.NextDouble())),
            "spd" => new("float", [shape[0], shape[0]], PositiveDefinite((int)shape[0])),
            _ => new("float", shape, Many(count, () => 2 * random.NextDouble() - 1)),
        };
    }

    private long Size(string text)
    {
        var digits = new string(text.TakeWhile(char.IsAsciiDigit).ToArray());
        var factor = digits.Length == 0 ? 1 : long.Parse(digits, CultureInfo.InvariantCulture);
        if (digits.Length == text.Length) return factor;
        var letter = text[digits.Length];
        if (!sizes.TryGetValue(letter, out var size)) sizes[letter] = size = char.IsAsciiLetterUpper(letter) ? random.Next(6, 10) : random.Next(2, 6);
        return factor * size;
    }

    private static double[] Many(int count, Func<double> next) => Enumerable.Range(0, count).Select(_ => (double)(float)next()).ToArray();

    private double[] PositiveDefinite(int size)
    {
        var root = Many(size * size, () => 2 * random.NextDouble() - 1);
        var matrix = new double[size * size];
        for (var i = 0; i < size; i++)
            for (var j = 0; j < size; j++)
                matrix[i * size + j] = (float)((i == j ? 1 + 0.1 * i : 0) + Enumerable.Range(0, size).Sum(k => root[i * size + k] * root[j * size + k]));
        return matrix;
    }
}
