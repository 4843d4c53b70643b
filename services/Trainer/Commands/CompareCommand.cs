using System.CommandLine;
using FaceMix.ModelStore;
using FaceMix.Trainer.Reports.Page;

namespace FaceMix.Trainer.Commands;

/// <summary><c>compare</c>: several reports as one page, side by side.</summary>
internal static class CompareCommand
{
    /// <summary>Reports on one page.</summary>
    public const int Most = 8;

    private static readonly Argument<string[]> s_what = new("what")
    {
        Description = "Two to eight of: NAME@VERSION, NAME, a run's name, a report's path",
        Arity = new ArgumentArity(2, Most),
    };

    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Seed of drawn faces; the held-out ones follow from it");
    private static readonly Option<string> s_out = new("--out") { Description = "The page to write", HelpName = "FILE", DefaultValueFactory = _ => "compare.html" };
    private static readonly Option<string?> s_title = new("--title") { Description = "What the page is called", HelpName = "TEXT" };
    private static readonly Option<int> s_threads = CommonOptions.Threads();

    public static Command Create()
    {
        var command = new Command("compare", "Writes one page about several models or runs: curves on one another, faces below one another, metrics beside each other")
        {
            s_what, s_models, s_data, s_labels, s_seed, s_out, s_title, s_threads,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        using var interruption = new Interruption();
        Machine.UseThreads(parsed.GetValue(s_threads));
        var path = parsed.GetValue(s_out)!;
        var source = ReportCommand.Source(parsed, s_models, s_data, s_labels, s_seed, s_threads, interruption);
        var reports = parsed.GetValue(s_what)!.Select(wanted => source.Get(wanted, redraw: false)).ToList();
        var title = parsed.GetValue(s_title) ?? string.Join(" · ", reports.Select(report => report.Title));
        AtomicFile.WriteText(path, ReportPage.Compare(title, reports));
        Console.Error.WriteLine($"{path} shows {reports.Count} side by side ({new FileInfo(path).Length / 1e6:0.0} MB).");
        return interruption.ExitCode;
    }
}
