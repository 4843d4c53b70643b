using System.Globalization;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Collects everything that is wrong with a request, so that the caller learns all of it at once:
/// <code>
/// var check = new RequestCheck();
/// check.InRange("count", request.Count, 1, 64);
/// check.Vector("latent.values", request.Latent?.Values, latentSize, -100, 100);
/// check.ThrowIfInvalid();
/// </code>
/// Fields are paths in proto names.
/// </summary>
public sealed class RequestCheck
{
    private readonly List<FieldViolation> violations = [];

    /// <summary>Nothing wrong so far.</summary>
    public bool IsValid => violations.Count == 0;

    /// <summary>What is wrong so far, in the order it was found.</summary>
    public IReadOnlyList<FieldViolation> Violations => violations;

    /// <summary>Notes a violation.</summary>
    public void Add(string field, string description) => violations.Add(new FieldViolation(field, description));

    /// <summary>Notes a violation unless <paramref name="holds"/>.</summary>
    /// <returns><paramref name="holds"/>.</returns>
    public bool Require(bool holds, string field, string description)
    {
        if (!holds)
            Add(field, description);
        return holds;
    }

    /// <summary>An integer within [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public bool InRange(string field, long value, long min, long max) =>
        Require(value >= min && value <= max, field, $"{value} given; {min} to {max} allowed");

    /// <summary>A finite number within [<paramref name="min"/>, <paramref name="max"/>].</summary>
    public bool InRange(string field, double value, double min, double max) =>
        Require(value >= min && value <= max, field, $"{Written(value)} given; finite numbers within [{Written(min)}, {Written(max)}] allowed");

    /// <summary>A list of <paramref name="min"/> to <paramref name="max"/> elements.</summary>
    public bool Count(string field, int count, int min, int max) =>
        Require(count >= min && count <= max, field, $"{count} given; {min} to {max} allowed");

    /// <summary>Text of <paramref name="min"/> to <paramref name="max"/> characters.</summary>
    public bool Length(string field, string value, int min, int max) =>
        Require(value.Length >= min && value.Length <= max, field, $"{value.Length} characters given; {min} to {max} allowed");

    /// <summary>A value of its enumeration, the zero one included.</summary>
    public bool Known<TEnum>(string field, TEnum value)
        where TEnum : struct, Enum =>
        Require(Enum.IsDefined(value), field, $"{value:D} given, which is no {typeof(TEnum).Name}");

    /// <summary>
    /// A vector of exactly <paramref name="length"/> finite numbers within [<paramref name="min"/>, <paramref name="max"/>].
    /// Of several bad elements the first one is named, with how many there are. Null stands for an absent message.
    /// </summary>
    public bool Vector(string field, IReadOnlyList<float>? values, int length, float min, float max)
    {
        if (values is null || values.Count != length)
            return Require(false, field, $"{values?.Count ?? 0} numbers given; {length} expected");
        var bad = 0;
        var first = -1;
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] >= min && values[i] <= max)
                continue;
            if (bad++ == 0)
                first = i;
        }
        if (bad == 0)
            return true;
        var others = bad == 1 ? "" : $" ({bad} numbers are wrong)";
        Add($"{field}[{first}]", $"{Written(values[first])} given; finite numbers within [{Written(min)}, {Written(max)}] allowed{others}");
        return false;
    }

    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with every violation, if there is one.</exception>
    public void ThrowIfInvalid()
    {
        if (!IsValid)
            throw RpcErrors.InvalidArgument(violations);
    }

    private static string Written(double value) => value switch
    {
        double.PositiveInfinity => "infinity",
        double.NegativeInfinity => "-infinity",
        _ => ((float)value).ToString(CultureInfo.InvariantCulture),
    };
}
