using System.CommandLine;
using FaceMix.ModelStore;
using FaceMix.Trainer.Reports.Page;

namespace FaceMix.Trainer.Commands;

/// <summary><c>report</c>: one page that shows a model or a run, to open without a server and to send to others.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string> s_what = new("what")
    {
        Description = "NAME@VERSION, NAME for its newest version, or a run's name; nothing: the newest model",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => string.Empty,
    };

    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Seed of drawn faces; the held-out ones follow from it");
    private static readonly Option<string> s_out = new("--out") { Description = "The page to write", HelpName = "FILE", DefaultValueFactory = _ => "report.html" };
    private static readonly Option<bool> s_redraw = new("--redraw") { Description = "Draws every picture again, though the version holds a report" };
    private static readonly Option<int> s_threads = CommonOptions.Threads();

    public static Command Create()
    {
        var command = new Command("report", "Writes one page about a model or a run: curves, faces over time, samples, traversals, the map of latents")
        {
            s_what, s_models, s_data, s_labels, s_seed, s_out, s_redraw, s_threads,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        using var interruption = new Interruption();
        Machine.UseThreads(parsed.GetValue(s_threads));
        var path = parsed.GetValue(s_out)!;
        var report = Source(parsed, s_models, s_data, s_labels, s_seed, s_threads, interruption).Get(parsed.GetValue(s_what)!, parsed.GetValue(s_redraw));
        AtomicFile.WriteText(path, ReportPage.Write(report));
        Console.Error.WriteLine($"{path} shows {report.Title} ({new FileInfo(path).Length / 1e6:0.0} MB). It needs nothing beside it{(report.Photographs ? "; there are photographs of people in it" : string.Empty)}.");
        return interruption.ExitCode;
    }

    internal static ReportSource Source(
        ParseResult parsed, Option<string> models, Option<string> data, Option<string?> labels, Option<ulong> seed, Option<int> threads, Interruption interruption) =>
        new(
            parsed.GetValue(models)!,
            manifest => CommonOptions.Open(
                parsed.GetValue(data)!, parsed.GetValue(labels), parsed.GetValue(models)!, manifest.ImageSize, manifest.IsGrey, parsed.GetValue(seed), 20_000, 1000, interruption.Token),
            parsed.GetValue(threads));
}
