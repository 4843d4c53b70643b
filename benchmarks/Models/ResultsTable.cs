using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FaceMix.Benchmarks.Models;

/// <summary>Trials as a table in Markdown, ours first and then by PSNR.</summary>
internal static class ResultsTable
{
    // Samplers of new faces; reconstructions and the prior stand in columns of their own.
    private static readonly string[] s_notFits = ["reconstructions", "prior"];

    public static string Title(string data) => data == "drawn" ? "Drawn faces" : $"Photographs: {data}";

    public static string Of(string data, double minutes, IReadOnlyList<Trial> trials)
    {
        var text = new StringBuilder();
        var first = trials[0].Evaluation;
        var frechet = first.GetProperty("frechet");
        text.AppendLine(CultureInfo.InvariantCulture, $"`./facemix bench models --data {(data == "drawn" ? data : "FOLDER --labels CSV")}`: as many steps a run as a short measurement beforehand gave for {minutes:0.#} minutes of processor time of one thread, which took what the table says, publication included; {first.GetProperty("held_out").GetInt32()} held-out pictures; Fréchet distances over the features of `{frechet.GetProperty("network").GetString()}`, {frechet.GetProperty("samples").GetInt32()} samples, mean of {frechet.GetProperty("seeds").GetInt32()} sets of samples. Where there are several seeds: mean ± standard deviation over them. *Judge reads*: balanced accuracy on reconstructions, mean over attributes{Originals(trials)}. `{Contender.Ours}` and `face-mixing-256` (where VGG19 is not given) learn through a judge, too: another one, with other first weights, trained once for half a minute outside the run's time.");
        text.AppendLine();
        text.AppendLine("| preset | latent | parameters | seeds | steps | processor s | pictures | PSNR, dB | MS-SSIM | KL, nats | Fréchet, fitted samples | from the prior | of reconstructions | judge reads |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var group in trials.GroupBy(trial => trial.Preset).OrderByDescending(group => group.Key == Contender.Ours).ThenByDescending(group => group.Average(Psnr)))
            text.AppendLine(Row(group.Key, [.. group]));
        return text.ToString();
    }

    private static string Row(string preset, IReadOnlyList<Trial> trials)
    {
        string Of(Func<Trial, double> value, string format)
        {
            var values = trials.Select(value).ToArray();
            var mean = values.Average().ToString(format, CultureInfo.InvariantCulture);
            return values.Length < 2 ? mean
                : $"{mean} ± {Math.Sqrt(values.Sum(x => Math.Pow(x - values.Average(), 2)) / (values.Length - 1)).ToString(format, CultureInfo.InvariantCulture)}";
        }
        var metrics = trials[0].Training.GetProperty("metrics");
        var name = preset == Contender.Ours ? $"**{preset}**" : preset;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Latent(preset)} | {metrics.GetProperty("parameters").GetInt64()} | {trials.Count} | {trials[0].Training.GetProperty("steps").GetInt64()} | {Of(trial => trial.Training.GetProperty("processor_seconds").GetDouble(), "0")} | {metrics.GetProperty("pictures").GetInt64()} | {Of(Psnr, "0.00")} | {Of(trial => Number(trial, "ms_ssim"), "0.000")} | {Of(trial => Number(trial, "kl_nats"), "0")} | {Of(BestFit, "0.00")} | {Of(trial => Distance(trial, "prior"), "0.00")} | {Of(trial => Distance(trial, "reconstructions"), "0.00")} | {Of(trial => Reads(trial.Evaluation), "0.0%")} |");
    }

    private static int Latent(string preset) => Trainer.Presets.PresetReader.Read(preset).Model.Latent;

    private static double Psnr(Trial trial) => Number(trial, "psnr_db");

    private static double Number(Trial trial, string key) => trial.Evaluation.GetProperty(key).GetDouble();

    private static JsonElement Distances(Trial trial) => trial.Evaluation.GetProperty("frechet").GetProperty("distances");

    private static double Distance(Trial trial, string sampler) => Distances(trial).GetProperty(sampler).GetProperty("mean").GetDouble();

    private static double BestFit(Trial trial) =>
        Distances(trial).EnumerateObject().Where(entry => !s_notFits.Contains(entry.Name)).Min(entry => entry.Value.GetProperty("mean").GetDouble());

    private static double Reads(JsonElement evaluation) => Judge(evaluation, "reconstruction_balanced");

    // The same for all who are judged by one judge; the first results did not hold it.
    private static string Originals(IReadOnlyList<Trial> trials) =>
        trials.FirstOrDefault(trial => trial.Evaluation.GetProperty("judge")[0].TryGetProperty("original_balanced", out _)) is { } told
            ? $", {Percent(Judge(told.Evaluation, "original_balanced"))} on the originals"
            : string.Empty;

    private static double Judge(JsonElement evaluation, string key) => evaluation.GetProperty("judge").EnumerateArray().Average(entry => entry.GetProperty(key).GetDouble());

    private static string Percent(double part) => part.ToString("0.0%", CultureInfo.InvariantCulture);
}
