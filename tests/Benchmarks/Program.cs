using FaceMix.Benchmarks.Decoding;
using FaceMix.Benchmarks.Store;

// Each benchmark compares with what a user would take instead, in the same run, and prints a table in Markdown.
Dictionary<string, Func<Task>> benchmarks = new()
{
    ["decoding"] = DecodingBenchmark.RunAsync,
    ["store"] = StoreBenchmark.RunAsync,
};

var chosen = args.Length == 0 ? [.. benchmarks.Keys] : args;
if (chosen.FirstOrDefault(name => !benchmarks.ContainsKey(name)) is { } unknown)
{
    await Console.Error.WriteLineAsync($"There is no benchmark '{unknown}'; there are: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}
foreach (var name in chosen)
    await benchmarks[name]();
return 0;
