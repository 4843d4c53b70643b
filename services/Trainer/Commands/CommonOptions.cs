using System.CommandLine;
using FaceMix.Datasets;
using FaceMix.Trainer.Latents;

namespace FaceMix.Trainer.Commands;

/// <summary>Options that several commands take, with one meaning everywhere.</summary>
internal static class CommonOptions
{
    /// <summary>The word that stands for drawn faces.</summary>
    public const string Drawn = "drawn";

    public const string DefaultStore = "http://127.0.0.1:5102";

    public static Option<string> Models() => new("--models")
    {
        Description = "Folder of published models, of their runs' state beside them",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine(".facemix", "models"),
    };

    public static Option<string> Data() => new("--data")
    {
        Description = "\"drawn\", or a folder of pictures",
        HelpName = "drawn|FOLDER",
        DefaultValueFactory = _ => Drawn,
    };

    public static Option<string?> Labels() => new("--labels")
    {
        Description = "CSV of attributes: a header, then the file and one column each",
        HelpName = "CSV",
    };

    public static Option<ulong> Seed(string description) => new("--seed")
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<string> Store() => new("--store")
    {
        Description = "Address of the latent store: http://HOST:PORT, or dns:///NAME:PORT for all that the name stands for",
        HelpName = "URL",
        DefaultValueFactory = _ => DefaultStore,
        // Before a training of hours whose faces it is to take.
        Validators =
        {
            given =>
            {
                if (given.Tokens.Count == 1 && !StoreChannel.IsAddress(given.Tokens[0].Value))
                    given.AddError($"--store is '{given.Tokens[0].Value}', but an address looks like {DefaultStore} or dns:///latent-store:5102.");
            },
        },
    };

    public static Option<int> Threads() => new("--threads")
    {
        Description = "Threads of one step. On small machines one is fastest: two share a core and wait for each other",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<string?> Device(string otherwise) => new("--device")
    {
        Description = $"auto (a GPU where libtorch sees one), cpu, cuda or cuda:N; otherwise {otherwise}",
        HelpName = "auto|cpu|cuda[:N]",
    };

    public static Option<bool> Json() => new("--json") { Description = "End with one line of JSON on standard output; everything else goes to standard error" };

    public static Option<string> ModelName() => new("--model")
    {
        Description = "NAME@VERSION, or NAME for its newest version; empty: the newest of all",
        HelpName = "NAME[@VERSION]",
        DefaultValueFactory = _ => string.Empty,
    };

    /// <summary>Opens the faces that <c>--data</c> and its companions name, and says what was found.</summary>
    /// <exception cref="UsageException">There is no such folder or file.</exception>
    public static FaceData Open(string data, string? labels, string models, int size, bool grey, ulong seed, int count, int heldOut, CancellationToken cancellation, bool silently = false)
    {
        var opened = OpenSilently(data, labels, models, size, grey, seed, count, heldOut, cancellation);
        if (silently)
            return opened;
        foreach (var note in opened.Notes)
            Console.Error.WriteLine(note);
        if (opened.Skipped.Count > 0)
        {
            Console.Error.WriteLine($"{opened.Skipped.Count} files were skipped:");
            foreach (var skipped in opened.Skipped.Take(20))
                Console.Error.WriteLine($"  {skipped.Path}: {skipped.Reason}");
            if (opened.Skipped.Count > 20)
                Console.Error.WriteLine($"  and {opened.Skipped.Count - 20} more");
        }
        return opened;
    }

    /// <summary>As <see cref="Open"/>, for faces that have been told of.</summary>
    public static FaceData OpenSilently(string data, string? labels, string models, int size, bool grey, ulong seed, int count, int heldOut, CancellationToken cancellation)
    {
        if (data != Drawn && !Directory.Exists(data))
            throw new UsageException($"--data {data}: there is no such folder (\"drawn\" draws faces).");
        if (labels is not null && !File.Exists(labels))
            throw new UsageException($"--labels {labels}: there is no such file.");
        var options = new FaceDataOptions
        {
            Path = data == Drawn ? null : Path.GetFullPath(data),
            Labels = labels is null ? null : Path.GetFullPath(labels),
            Size = size,
            Grey = grey,
            Seed = seed,
            SyntheticCount = count,
            SyntheticHeldOut = heldOut,
            CacheFolder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(models)) ?? ".", "cache"),
        };
        return FaceDataset.Open(options, new WorkProgress("faces prepared"), cancellation);
    }
}
