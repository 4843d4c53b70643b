using System.Globalization;
using FaceMix.Benchmarks;
using FaceMix.Benchmarks.Curves;
using FaceMix.Benchmarks.Decoding;
using FaceMix.Benchmarks.Models;
using FaceMix.Benchmarks.Parallel;
using FaceMix.Benchmarks.Store;
using FaceMix.Benchmarks.Training;
using FaceMix.Trainer;

// Each benchmark compares with what a user would take instead, in the same run, and prints a table in Markdown.
Dictionary<string, Func<string[], Task>> benchmarks = new()
{
    ["decoding"] = DecodingBenchmark.RunAsync,
    ["store"] = StoreBenchmark.RunAsync,
    ["training"] = TrainingBenchmark.RunAsync,
    ["parallel"] = ParallelBenchmark.RunAsync,
    ["models"] = ModelsBenchmark.RunAsync,
    ["curves"] = CurveBenchmark.RunAsync,
};

switch (args)
{
    case [TrainingWorker.Verb, ..]:
        TrainingWorker.Run(TrainingTask.Of(args));
        return 0;
    case [ParallelWorker.Verb, ..]:
        ParallelWorker.Run(args);
        return 0;
    case [LoadClient.Verb, var address, var latentSize]:
        await LoadClient.RunAsync(new(address), int.Parse(latentSize, CultureInfo.InvariantCulture));
        return 0;
}
Machine.Note();
string[] chosen = [.. args.TakeWhile(benchmarks.ContainsKey)];
var options = args[chosen.Length..];
if (chosen.Length == 0 && options is [var unknown, ..] && !unknown.StartsWith('-'))
{
    await Console.Error.WriteLineAsync($"There is no benchmark '{unknown}'; there are: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}
try
{
    // Hours, and another page: only who names it wants it.
    foreach (var name in chosen.Length > 0 ? chosen : [.. benchmarks.Keys.Where(key => key != "models")])
        await benchmarks[name](options);
    return 0;
}
catch (UsageException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
