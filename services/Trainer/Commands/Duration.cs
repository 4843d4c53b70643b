using System.Globalization;
using System.Text.RegularExpressions;

namespace FaceMix.Trainer.Commands;

/// <summary>Durations as people write them: <c>90s</c>, <c>6m</c>, <c>1h30m</c>.</summary>
public static partial class Duration
{
    /// <exception cref="UsageException">The text is no duration, or longer than a year.</exception>
    public static TimeSpan Parse(string text)
    {
        var match = Pattern().Match(text);
        if (match.Success && match.Length > 0)
        {
            double Part(string name) => match.Groups[name] is { Success: true } group ? double.Parse(group.Value, CultureInfo.InvariantCulture) : 0;
            var seconds = (Part("h") * 3600) + (Part("m") * 60) + Part("s");
            if (seconds is >= 0 and <= 366 * 86_400)
                return TimeSpan.FromSeconds(seconds);
        }
        throw new UsageException($"\"{text}\" is no duration; write 90s, 6m or 1h30m.");
    }

    [GeneratedRegex(@"^(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?$")]
    private static partial Regex Pattern();
}
