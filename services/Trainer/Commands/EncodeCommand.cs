using System.CommandLine;
using System.Text.Json;
using FaceMix.Trainer.Export;

namespace FaceMix.Trainer.Commands;

/// <summary><c>encode</c>: labelled faces → latents in the store.</summary>
internal static class EncodeCommand
{
    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<string> s_models = CommonOptions.Models();
    private static readonly Option<string> s_model = CommonOptions.ModelName();
    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Seed of drawn faces");

    private static readonly Option<int> s_count = new("--count")
    {
        Description = "At most this many faces",
        HelpName = "N",
        DefaultValueFactory = _ => 5000,
    };

    private static readonly Option<string> s_store = CommonOptions.Store();
    private static readonly Option<int> s_threads = CommonOptions.Threads();
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("encode", "Encodes labelled faces and puts their latents into the store; doing it again changes nothing")
        {
            s_data, s_labels, s_models, s_model, s_seed, s_count, s_store, s_threads, s_json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var models = parsed.GetValue(s_models)!;
        var count = parsed.GetValue(s_count);
        if (count is < 1 or > 10_000_000)
            throw new UsageException($"--count is {count}; it must be 1 to 10000000.");
        var (manifest, folder) = ModelLookup.Find(models, parsed.GetValue(s_model)!);
        using var faces = new OnnxFaces(folder, manifest.ImageSize, manifest.LatentSize, parsed.GetValue(s_threads));
        using var data = CommonOptions.Open(
            parsed.GetValue(s_data)!, parsed.GetValue(s_labels), models, manifest.ImageSize, ModelLookup.IsGrey(manifest), parsed.GetValue(s_seed), count, 8, interruption.Token);
        try
        {
            var store = new StoreClient(parsed.GetValue(s_store)!);
            var done = await store.AddAsync(faces, manifest.Id.ToString(), data, count, new PlainCount("faces put into the latent store"), interruption.Token);
            if (parsed.GetValue(s_json))
                Console.WriteLine(JsonSerializer.Serialize(new { model = manifest.Id.ToString(), encoded = done }));
            return interruption.ExitCode;
        }
        catch (StoreUnavailableException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
