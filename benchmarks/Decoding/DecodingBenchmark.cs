using FaceMix.Common.V1;
using FaceMix.ModelStore;
using FaceMix.Trainer;

namespace FaceMix.Benchmarks.Decoding;

/// <summary>
/// What a Decoder call costs: the Decoder's process beside a Node server that does the same (one request a run, and with
/// requests gathered into runs as the Decoder gathers them), and both beside a bare loop around ONNX Runtime. All take turns, so
/// that another load on the machine falls on all.
/// </summary>
internal static class DecodingBenchmark
{
    private const int Rounds = 5;

    // The largest run of the Decoder by default.
    private const int MaxBatch = 32;

    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(1);
    private static readonly int[] s_batches = [1, 8, 32];
    private static readonly int[] s_callers = [1, 16, 64];
    private static readonly PictureFormat[] s_formats = [PictureFormat.Raw, PictureFormat.Png];

    /// <summary>Measures the newest version in <c>Models__Path</c>, or in <c>.facemix/models</c>.</summary>
    /// <exception cref="UsageException">There are arguments.</exception>
    public static async Task RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments is [var first, ..])
            throw new UsageException($"bench decoding: '{first}' was given; it takes no options.");
        var models = Environment.GetEnvironmentVariable("Models__Path") ?? ".facemix/models";
        var catalog = new ModelCatalog(models);
        var id = catalog.Newest() ?? throw new InvalidOperationException($"There is no model version in {models}.");
        var (manifest, network) = (catalog.ReadManifest(id), Path.GetFullPath(catalog.FileOf(id, "decoder.onnx")));
        await NodePackages.InstallAsync();

        using var bare = new BareLoop(network, manifest);
        await using var decoder = await Contender.DecoderAsync(models, manifest.LatentSize);
        await using var single = await Contender.NodeAsync("Node, one request a run", network, manifest, 1);
        await using var gathering = await Contender.NodeAsync($"Node, up to {MaxBatch} a run", network, manifest, MaxBatch);
        Contender[] contenders = [decoder, single, gathering];
        await RequireSamePicturesAsync(contenders, manifest.LatentSize);

        var results = new DecodingResults(contenders.Select(contender => contender.Name));
        for (var round = -1; round < Rounds; round++)
        {
            Console.Error.WriteLine(round < 0 ? "Warming up" : $"Round {round + 1} of {Rounds}");
            var measured = new Round(
                s_batches.ToDictionary(batch => batch, batch => bare.Run(batch, s_turn)),
                await TurnsAsync(contenders));
            // The first round warms up: compilers at run time, connections, caches.
            if (round >= 0)
                results.Add(measured);
        }

        var transcript = new Transcript("decoding", "Decoding");
        transcript.Head(
            "./facemix bench decoding",
            $"""
            {id}, {manifest.ImageSize} × {manifest.ImageSize} pixels, one picture a call of `Decode`, one connection; {await NodePackages.VersionsAsync()}. Medians of {Rounds} turns of {s_turn.TotalSeconds:0} s.
            Servers and callers share the processors. *On what is left*: beside the bare loop on the part of the processors that the callers left to the server.
            """);
        results.Write(transcript);
        transcript.Keep();
    }

    private static async Task<Dictionary<Scenario, Turn[]>> TurnsAsync(Contender[] contenders)
    {
        var turns = new Dictionary<Scenario, Turn[]>();
        foreach (var format in s_formats)
        {
            foreach (var callers in s_callers)
            {
                var measured = turns[new(format, callers)] = new Turn[contenders.Length];
                for (var i = 0; i < contenders.Length; i++)
                    measured[i] = await contenders[i].MeasureAsync(format, callers, s_turn);
            }
        }
        return turns;
    }

    // Two builds of ONNX Runtime may round a pixel differently.
    private static async Task RequireSamePicturesAsync(Contender[] contenders, int latentSize)
    {
        var first = await contenders[0].PixelsAsync(latentSize);
        foreach (var contender in contenders[1..])
        {
            var pixels = await contender.PixelsAsync(latentSize);
            if (pixels.Length != first.Length || pixels.Zip(first, (a, b) => Math.Abs(a - b)).Max() > 1)
                throw new InvalidOperationException($"{contender.Name} decodes another picture than {contenders[0].Name}, so their rates say nothing.");
        }
    }
}
