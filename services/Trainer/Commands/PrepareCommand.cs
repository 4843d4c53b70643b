using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using FaceMix.Datasets.Preparation;

namespace FaceMix.Trainer.Commands;

/// <summary><c>prepare</c>: photographs → square faces.</summary>
internal static class PrepareCommand
{
    private const int Listed = 20;

    private static readonly PreparationOptions s_defaults = new();

    private static readonly Argument<string> s_from = new("dir") { Description = "Folder of photographs, JPEG and PNG" };
    private static readonly Argument<string> s_to = new("out") { Description = "Folder for the faces, under the same names, and index.csv" };
    private static readonly Option<int> s_size = new("--size") { Description = "Width and height of a face in pixels", HelpName = "N", DefaultValueFactory = _ => s_defaults.Size };
    private static readonly Option<double> s_margin = new("--margin")
    {
        Description = "Room on every side of the found face, in parts of its width",
        HelpName = "PART",
        DefaultValueFactory = _ => s_defaults.Margin,
    };

    private static readonly Option<double> s_smallest = new("--smallest")
    {
        Description = "Faces narrower than this part of the picture's shorter side are not taken",
        HelpName = "PART",
        DefaultValueFactory = _ => s_defaults.Smallest,
    };

    private static readonly Option<bool> s_align = new("--align-eyes") { Description = "Turns a face so that its eyes lie level, where both are found" };
    private static readonly Option<string> s_cascade = new("--cascade") { Description = "OpenCV's cascade for faces", HelpName = "XML", DefaultValueFactory = _ => s_defaults.FaceCascade };
    private static readonly Option<string> s_eyeCascade = new("--eye-cascade") { Description = "OpenCV's cascade for eyes", HelpName = "XML", DefaultValueFactory = _ => s_defaults.EyeCascade };
    private static readonly Option<int> s_threads = new("--threads") { Description = "Pictures taken at a time", HelpName = "N", DefaultValueFactory = _ => s_defaults.Threads };
    private static readonly Option<bool> s_again = new("--again") { Description = "Looks at every photograph anew; otherwise only at those that are new, changed, or to be cut in another way" };
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("prepare", "Finds the largest face in every photograph and cuts it out as a square, ready to train on")
        {
            s_from, s_to, s_size, s_margin, s_smallest, s_align, s_cascade, s_eyeCascade, s_threads, s_again, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var (from, to) = (parsed.GetValue(s_from)!, parsed.GetValue(s_to)!);
        if (!Directory.Exists(from))
            throw new UsageException($"There is no folder {from}.");
        var options = new PreparationOptions
        {
            Size = parsed.GetValue(s_size),
            Margin = parsed.GetValue(s_margin),
            Smallest = parsed.GetValue(s_smallest),
            AlignEyes = parsed.GetValue(s_align),
            FaceCascade = parsed.GetValue(s_cascade)!,
            EyeCascade = parsed.GetValue(s_eyeCascade)!,
            Threads = parsed.GetValue(s_threads),
        };
        try
        {
            options.Check();
        }
        catch (ValidationException e)
        {
            throw new UsageException($"--{e.Message}", e);
        }
        try
        {
            var summary = FolderPreparation.Run(from, to, options, new WorkProgress("photographs looked at"), interruption.Token, parsed.GetValue(s_again));
            Show(summary, to);
            if (parsed.GetValue(s_json))
                Console.WriteLine(JsonSerializer.Serialize(new { total = summary.Total, found = summary.Found, several = summary.Several, without_face = summary.WithoutFace.Count, broken = summary.Broken.Count, before = summary.Before }));
            return summary.Found > 0 ? interruption.ExitCode : 1;
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            Console.Error.WriteLine($"Stopped; the faces so far lie in {to}, and the same command goes on behind them.");
            return interruption.ExitCode;
        }
    }

    private static void Show(PreparationSummary summary, string to)
    {
        Console.Error.WriteLine($"{summary.Found:N0} faces from {summary.Total:N0} photographs ({(double)summary.Found / summary.Total:0.0%}); {summary.Several:N0} of them showed more than one, and the largest was taken.");
        if (summary.Before > 0)
            Console.Error.WriteLine($"{summary.Before:N0} of the photographs were done before; --again looks at them anew.");
        Console.Error.WriteLine($"{summary.WithoutFace.Count:N0} without a face that was found, {summary.Broken.Count:N0} that cannot be read. {Path.Combine(to, FolderPreparation.IndexName)} lists all of them.");
        foreach (var broken in summary.Broken.Take(Listed))
            Console.Error.WriteLine($"  {broken.Path}: {broken.Reason}");
        if (summary.Broken.Count > Listed)
            Console.Error.WriteLine($"  and {summary.Broken.Count - Listed} more");
    }
}
