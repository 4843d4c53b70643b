using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace FaceMix.Tests;

/// <summary>What a service's <c>/metrics</c> says, in Prometheus's text format.</summary>
public sealed partial class MetricsPage
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _text;
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> _series = [];
    private readonly Dictionary<string, string> _types = [];

    private MetricsPage(string text)
    {
        _text = text;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is ["#", "TYPE", var name, var type])
                _types.Add(name, type);
            if (!line.StartsWith('#'))
                _series.Add(Parse(line));
        }
    }

    /// <summary>Names of the metrics, a histogram's without its suffix.</summary>
    public IEnumerable<string> Names => _types.Keys;

    public static async Task<MetricsPage> ReadAsync(HttpClient http) => new(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

    /// <summary>Reads again until it holds: a page is kept for a moment, and a call is measured after its caller has the answer.</summary>
    public static async Task<MetricsPage> ReadUntilAsync(HttpClient http, Func<MetricsPage, bool> holds)
    {
        var end = DateTime.UtcNow + Patience;
        while (true)
        {
            var page = await ReadAsync(http);
            if (holds(page))
                return page;
            Assert.True(DateTime.UtcNow < end, $"The metrics did not become what was expected:\n{page}");
            await Task.Delay(100);
        }
    }

    /// <summary>The sum of the series with this name and at least these labels; null when there is none.</summary>
    public double? Value(string name, params (string Name, string Value)[] labels)
    {
        var found = _series.Where(each => each.Name == name && labels.All(label => each.Labels.GetValueOrDefault(label.Name) == label.Value)).ToList();
        return found.Count == 0 ? null : found.Sum(each => each.Value);
    }

    /// <summary>The values that a label takes on over a metric's series.</summary>
    public IReadOnlySet<string> Labels(string name, string label) =>
        _series.Where(each => each.Name == name && each.Value > 0).Select(each => each.Labels.GetValueOrDefault(label, "")).ToHashSet();

    /// <summary>How many calls of a method ended with a status.</summary>
    public double Calls(string method, string status) =>
        Value("rpc_server_call_duration_seconds_count", ("rpc_method", method), ("rpc_response_status_code", status)) ?? 0;

    /// <summary>What holds of every service's page: no secrets, nothing of QUIC, no gRPC call counted as HTTP 200, buckets that fit their unit.</summary>
    public void CheckForm()
    {
        Assert.DoesNotContain("Password", _text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Host=", _text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("msquic", _text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Labels("http_server_request_duration_seconds_count", "http_route"), route => route.Contains("facemix", StringComparison.Ordinal) || route.Contains("grpc", StringComparison.Ordinal));
        foreach (var histogram in _types.Where(pair => pair.Value == "histogram").Select(pair => pair.Key))
        {
            var bounds = _series.Where(each => each.Name == histogram + "_bucket" && each.Labels["le"] != "+Inf")
                .Select(each => double.Parse(each.Labels["le"], CultureInfo.InvariantCulture)).Distinct().Order().ToList();
            var isTime = histogram.EndsWith("_seconds", StringComparison.Ordinal);
            Assert.True(isTime ? bounds[0] is >= 0.0005 and <= 0.01 : bounds[0] is 1, $"{histogram}'s first bucket is {bounds[0]}.");
            Assert.True(isTime ? bounds[^1] is >= 5 and <= 300 : bounds[^1] is >= 64 and <= 512, $"{histogram}'s last bucket is {bounds[^1]}.");
        }
    }

    /// <summary>Without comments and buckets.</summary>
    public override string ToString() => string.Join('\n', _text.Split('\n').Where(line => !line.StartsWith('#') && !line.Contains("_bucket{", StringComparison.Ordinal)));

    private static (string Name, Dictionary<string, string> Labels, double Value) Parse(string line)
    {
        var match = Series().Match(line);
        Assert.True(match.Success, line);
        var labels = Label().Matches(match.Groups[2].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value);
        return (match.Groups[1].Value, labels, double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^([a-z_0-9]+)(?:\{(.*)\})? (\S+)(?: \d+)?$")]
    private static partial Regex Series();

    [GeneratedRegex("([a-z_0-9]+)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Label();
}
