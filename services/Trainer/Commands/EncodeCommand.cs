using System.CommandLine;
using System.Text.Json;
using FaceMix.Datasets;
using FaceMix.ModelStore;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Latents;

namespace FaceMix.Trainer.Commands;

/// <summary><c>encode</c>: labelled faces → latents in the store and, if asked for, in a CSV file.</summary>
internal static class EncodeCommand
{
    private const int DefaultDrawn = 5000;
    private const int Most = 10_000_000;
    private const int MaxDatasetLength = 128;

    /// <summary>Exit code: done, but some faces were left out; each is named.</summary>
    private const int DoneWithFailures = 3;

    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<string> s_model = CommonOptions.ModelName();
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Seed of drawn faces");

    private static readonly Option<int?> s_count = new("--count")
    {
        Description = $"At most this many faces; otherwise all of a folder, or {DefaultDrawn} drawn ones",
        HelpName = "N",
    };

    private static readonly Option<string?> s_csv = new("--csv") { Description = "Writes the latents to this file as well: file, attributes, numbers", HelpName = "FILE" };
    private static readonly Option<bool> s_noStore = new("--no-store") { Description = "Leaves the latent store alone; with --csv" };
    private static readonly Option<string> s_shard = new("--shard")
    {
        Description = "This job's part of the faces: 0/4 is the first of four. In a Kubernetes indexed Job: $(JOB_COMPLETION_INDEX)/4",
        HelpName = "I/N",
        DefaultValueFactory = _ => "0/1",
    };

    private static readonly Option<string?> s_dataset = new("--dataset")
    {
        Description = "What the faces are called together in the store, 1 to 128 characters; otherwise the folder's name with that of the folder above, or drawn/SEED",
        HelpName = "NAME",
    };

    private static readonly Option<bool> s_again = new("--again") { Description = "Begins anew although an earlier call did some or all of it" };
    private static readonly Option<string> s_store = CommonOptions.Store();
    private static readonly Option<int> s_threads = CommonOptions.Threads();
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("encode", "Encodes labelled faces and puts their latents into the store; an interrupted call goes on where it ended, and doing it again changes nothing")
        {
            s_data, s_labels, s_dataset, s_models, s_model, s_seed, s_count, s_csv, s_noStore, s_shard, s_again, s_store, s_threads, s_json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    /// <summary>Puts the first of a data set's training faces into the store.</summary>
    /// <returns>How many were put.</returns>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    internal static async Task<int> StoreAsync(OnnxFaces faces, ModelManifest model, FaceData data, string path, int count, string store, CancellationToken cancellation)
    {
        using var sink = new StoreSink(store, model, NameOf(data, path), Console.Error.WriteLine);
        await sink.RegisterAsync(cancellation);
        var put = await new EncodingJob(rgb => faces.Encode(rgb).Mean, faces.Latent, new FacesToEncode(data, count, heldOutToo: false), EncodingShare.Whole)
            .RunAsync([sink], null, 0, new WorkProgress("faces put into the latent store"), cancellation);
        if (put > 0)
            await sink.ComputeDirectionsAsync(cancellation);
        return put;
    }

    /// <summary>What a data set is called in the store where the caller names none: people have many folders called "photos".</summary>
    private static string NameOf(FaceData data, string path)
    {
        if (data.IsSynthetic)
            return data.Training.Name;
        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        var name = folder.Parent is { Parent: not null } parent ? $"{parent.Name}/{folder.Name}" : folder.Name;
        return name.Length <= MaxDatasetLength ? name : name[^MaxDatasetLength..];
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var (models, path, csv) = (parsed.GetValue(s_models)!, parsed.GetValue(s_data)!, parsed.GetValue(s_csv));
        var count = parsed.GetValue(s_count) ?? (path == CommonOptions.Drawn ? DefaultDrawn : Most);
        if (count is < 1 or > Most)
            throw new UsageException($"--count is {count}; it must be 1 to {Most}.");
        if (parsed.GetValue(s_noStore) && csv is null)
            throw new UsageException("--no-store needs --csv FILE; otherwise the latents would go nowhere.");
        var share = EncodingShare.Parse(parsed.GetValue(s_shard)!);
        var (manifest, folder) = ModelLookup.Find(models, parsed.GetValue(s_model)!);
        using var faces = new OnnxFaces(folder, manifest.ImageSize, manifest.LatentSize, parsed.GetValue(s_threads));
        using var data = CommonOptions.Open(
            path, parsed.GetValue(s_labels), models, manifest.ImageSize, manifest.IsGrey, parsed.GetValue(s_seed), count, 8, interruption.Token);
        var job = new EncodingJob(rgb => faces.Encode(rgb).Mean, faces.Latent, new FacesToEncode(data, count, heldOutToo: !data.IsSynthetic), share);
        var dataset = parsed.GetValue(s_dataset) ?? NameOf(data, path);
        using var store = parsed.GetValue(s_noStore) ? null : new StoreSink(parsed.GetValue(s_store)!, manifest, dataset, Console.Error.WriteLine);
        if (!data.IsSynthetic && manifest.Dataset.Name.StartsWith(CommonOptions.Drawn, StringComparison.Ordinal))
            Console.Error.WriteLine($"{manifest.Id} learnt drawn faces: photographs can be encoded with it, but what it makes of them looks drawn.");
        try
        {
            if (store is not null)
                await store.RegisterAsync(interruption.Token);
            var journal = EncodingJournal.For(
                models, manifest.Id.ToString(), dataset, data.Training.Digest, $"{count}", $"{share}", store is null ? string.Empty : parsed.GetValue(s_store)!, csv is null ? string.Empty : Path.GetFullPath(csv));
            var (begun, position) = await BeginAsync(journal, job, store, csv, parsed.GetValue(s_again), interruption.Token);
            using var file = csv is null ? null : new CsvSink(csv, position);
            if (data.IsSynthetic is false && csv is not null)
                Console.Error.WriteLine($"{csv} will hold latents of photographed faces: personal data, like the photographs.");
            if (begun > 0)
                Console.Error.WriteLine(begun < job.Total ? $"{begun:N0} of {job.Total:N0} were done before; going on behind them." : $"All {job.Total:N0} were done before; --again does them anew.");
            var done = await job.RunAsync([.. new ILatentSink?[] { store, file }.OfType<ILatentSink>()], journal, begun, new WorkProgress("faces encoded"), interruption.Token);
            if (done < job.Total)
                Console.Error.WriteLine($"Stopped after {done:N0} of {job.Total:N0}; the same command goes on.");
            else if (store is not null && begun < done)
                await store.ComputeDirectionsAsync(interruption.Token);
            var counts = store?.Counts ?? default;
            if (store is not null && begun < done)
                Console.Error.WriteLine($"Data set {dataset}: {counts.Added:N0} faces added, {counts.Unchanged:N0} unchanged, {counts.Replaced:N0} replaced, {counts.Refused:N0} left out.");
            if (parsed.GetValue(s_json))
            {
                Console.WriteLine(JsonSerializer.Serialize(new
                {
                    model = manifest.Id.ToString(),
                    dataset,
                    encoded = done,
                    before = begun,
                    total = job.Total,
                    added = counts.Added,
                    unchanged = counts.Unchanged,
                    replaced = counts.Replaced,
                    refused = counts.Refused,
                }));
            }
            return interruption.ExitCode != 0 ? interruption.ExitCode : counts.Refused > 0 ? DoneWithFailures : 0;
        }
        catch (StoreUnavailableException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    // What a journal says counts only while the places it speaks of still hold it: a new database begins anew, and so does a file that is gone.
    private static async Task<(int Begun, string Position)> BeginAsync(
        EncodingJournal journal, EncodingJob job, StoreSink? store, string? csv, bool again, CancellationToken cancellation)
    {
        var (done, positions) = journal.Read();
        if (again || done == 0 || done > job.Total || (csv is not null && !File.Exists(csv)))
            return (0, string.Empty);
        if (store is not null && !await job.IsInAsync(store, positions[0], done, cancellation))
        {
            Console.Error.WriteLine("The store no longer holds what an earlier call put there: all faces are encoded anew.");
            return (0, string.Empty);
        }
        return (done, csv is null ? string.Empty : positions[^1]);
    }
}
