using FaceMix.Benchmarks.Curves;
using FaceMix.Benchmarks.Decoding;
using FaceMix.Benchmarks.Models;
using FaceMix.Benchmarks.Store;
using FaceMix.Benchmarks.Training;

// Each benchmark compares with what a user would take instead, in the same run, and prints a table in Markdown.
Dictionary<string, Func<string[], Task>> benchmarks = new()
{
    ["decoding"] = _ => DecodingBenchmark.RunAsync(),
    ["store"] = _ => StoreBenchmark.RunAsync(),
    ["training"] = TrainingBenchmark.RunAsync,
    ["models"] = ModelsBenchmark.RunAsync,
    ["curves"] = CurveBenchmark.RunAsync,
};

if (args is [TrainingWorker.Verb, ..])
{
    TrainingWorker.Run(TrainingTask.Of(args));
    return 0;
}
string[] chosen = [.. args.TakeWhile(benchmarks.ContainsKey)];
var options = args[chosen.Length..];
if (chosen.Length == 0 && options is [var unknown, ..] && !unknown.StartsWith('-'))
{
    await Console.Error.WriteLineAsync($"There is no benchmark '{unknown}'; there are: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}
// Hours, and another page: only who names it wants it.
foreach (var name in chosen.Length > 0 ? chosen : [.. benchmarks.Keys.Where(key => key != "models")])
    await benchmarks[name](options);
return 0;
