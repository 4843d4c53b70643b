namespace FaceMix.Trainer.Sweeps;

/// <summary>One key of the preset and the values it is tried with.</summary>
/// <param name="Key">Such as <c>loss.kl</c>.</param>
/// <param name="Values">At least one; each as <c>train --set</c> takes it.</param>
public sealed record SweepAxis(string Key, IReadOnlyList<string> Values)
{
    /// <summary>Reads <c>KEY=VALUE[,VALUE...]</c>. A comma within brackets or braces belongs to its value: <c>model.encoder=[8,16],[16,32]</c> are two.</summary>
    /// <exception cref="UsageException">The text is none, or a value is missing or given twice.</exception>
    public static SweepAxis Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
            throw new UsageException($"--set {text}: write KEY=VALUE,VALUE, such as loss.kl=0.1,1,4.");
        var key = text[..equals];
        if (key == "name")
            throw new UsageException($"--set {text}: a sweep names its models by their values; name the preset in its file.");
        var values = Split(text[(equals + 1)..]);
        if (values.Any(string.IsNullOrWhiteSpace))
            throw new UsageException($"--set {text}: a value is empty; write KEY=VALUE,VALUE without blanks.");
        return values.Distinct(StringComparer.Ordinal).Count() == values.Count
            ? new SweepAxis(key, values)
            : throw new UsageException($"--set {text}: a value is given twice.");
    }

    private static List<string> Split(string text)
    {
        var values = new List<string>();
        var (start, depth) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] is '[' or '{' ? 1 : text[i] is ']' or '}' ? -1 : 0;
            if (text[i] != ',' || depth > 0)
                continue;
            values.Add(text[start..i]);
            start = i + 1;
        }
        values.Add(text[start..]);
        return values;
    }
}
