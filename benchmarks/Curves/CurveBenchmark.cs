using System.Globalization;
using System.Text;
using FaceMix.Tests.Trainer.Parity;
using FaceMix.Trainer.Presets;
using static TorchSharp.torch;

namespace FaceMix.Benchmarks.Curves;

/// <summary>
/// Loss curves of presets at their whole widths beside PyTorch's, and, as the measure of what can be asked for, PyTorch's beside
/// its own when it adds its sums in another order. In float32 the last bits of a sum grow from step to step, whoever adds it.
/// </summary>
internal static class CurveBenchmark
{
    private const int Faces = 4;

    // Within which a curve counts as the same; PyTorch's own others are asked only where FaceMix's is not.
    private const double Tolerance = 1e-4;

    private static readonly string[] s_presets = ["facemix-64", "anime-64", "ffhq-conv-96"];

    private static readonly int[] s_shown = [1, 2, 5, 10, 20, 50, 100, 200];

    private static readonly (string Name, PythonSettings Settings)[] s_others =
    [
        ("PyTorch with two threads", new(Threads: 2)),
        ("PyTorch with channels last", new(ChannelsLast: true)),
        ("PyTorch without oneDNN", new(OneDnn: false)),
    ];

    /// <param name="arguments"><c>--steps N</c>; <c>--faces N</c>; names of presets: only those.</param>
    public static Task RunAsync(IReadOnlyList<string> arguments)
    {
        int Option(string option, int otherwise) =>
            arguments.ToList().IndexOf(option) is >= 0 and var at ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : otherwise;
        var (steps, faces) = (Option("--steps", s_shown[^1]), Option("--faces", Faces));
        string[] presets = arguments.Intersect(s_presets).Any() ? [.. s_presets.Where(arguments.Contains)] : s_presets;
        set_num_threads(1);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"`./facemix bench curves`, {Machine.Describe()}. {steps} steps of {faces} faces from one state at the presets' whole widths, with their own rates, optimizers and clipping; libtorch {__version__}. How far a loss is from that of PyTorch with one thread, as a part of itself: the worst so far.");
        text.AppendLine();
        var shown = s_shown.Where(step => step <= steps).ToList();
        text.AppendLine(CultureInfo.InvariantCulture, $"| preset | type | who | {string.Join(" | ", shown.Select(step => $"to step {step}"))} | steps within 1e-4 |");
        text.AppendLine($"|---|---|---|{string.Concat(Enumerable.Repeat("--:|", shown.Count + 1))}");
        foreach (var name in presets)
        {
            using var curve = new Curve(PresetReader.Read(name, [$"training.batch={faces}"]), name, steps);
            foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
                Append(text, name, type, curve, shown);
        }
        Console.WriteLine(text);
        if (presets.Length == s_presets.Length && (steps, faces) == (s_shown[^1], Faces))
            Section.Write("curves", "Loss curves", text.ToString());
        return Task.CompletedTask;
    }

    private static void Append(StringBuilder text, string name, ScalarType type, Curve curve, List<int> shown)
    {
        var measure = curve.Python(type, new PythonSettings());
        double Row(string who, IReadOnlyList<double> losses)
        {
            var off = losses.Zip(measure, (a, b) => Math.Abs(a - b) / Math.Abs(b)).ToList();
            var cells = shown.Select(step => off.Take(step).Max().ToString("0.0E+0", CultureInfo.InvariantCulture));
            var row = string.Create(CultureInfo.InvariantCulture, $"| {name} | {type} | {who} | {string.Join(" | ", cells)} | {off.TakeWhile(each => each <= Tolerance).Count()} |");
            // The whole table takes a long time.
            Console.Error.WriteLine(row);
            text.AppendLine(row);
            return off.Max();
        }
        var worst = Row("FaceMix", curve.Ours(type));
        foreach (var (who, settings) in s_others.Where(_ => type == ScalarType.Float32 || worst > Tolerance))
            Row(who, curve.Python(type, settings));
    }
}
