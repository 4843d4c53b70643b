using System.Diagnostics;
using FaceMix.Decoder;
using FaceMix.Decoder.V1;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace FaceMix.Benchmarks.Decoding;

/// <summary>
/// Pictures a second through the decoder's gRPC, one picture a request, against what a user would write instead: a loop around
/// ONNX Runtime on the same file with the same options, which serves nobody and encodes nothing. The two take turns, so that
/// another load on the machine falls on both.
/// </summary>
internal static class DecodingBenchmark
{
    private const int Rounds = 7;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1);

    /// <summary>Measures the newest version in <c>Models__Path</c>, or in <c>.facemix/models</c>.</summary>
    public static async Task RunAsync()
    {
        var models = Environment.GetEnvironmentVariable("Models__Path") ?? ".facemix/models";
        var catalog = new ModelCatalog(models);
        var id = catalog.Newest() ?? throw new InvalidOperationException($"There is no model version in {models}.");
        var manifest = catalog.ReadManifest(id);
        using var bare = new InferenceSession(catalog.FileOf(id, "decoder.onnx"), BareOptions());
        var app = DecoderApp.Build(
            ["--Bind:GrpcPort=0", "--Bind:HttpPort=0", $"--Models:Path={models}", "--Decoder:Device=cpu"],
            services => services.AddLogging(logging => logging.ClearProviders()));
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Addresses()[0]);
        var client = new DecoderService.DecoderServiceClient(channel);
        while (!app.Services.GetRequiredService<Readiness>().IsReady)
            await Task.Delay(50);

        var transcript = new Transcript("decoding", "Decoding");
        transcript.Line($"`./facemix bench decoding`: {id}, {manifest.ImageSize} x {manifest.ImageSize}, {Environment.ProcessorCount} processors, medians of {Rounds} turns of {RoundTime.TotalSeconds:0} s; pictures a second.\n");
        transcript.Line("| callers | bare loop, 1 a run | bare loop, 16 a run | gRPC raw | gRPC PNG | raw / bare of 1 | raw / bare of 16 |");
        transcript.Line("|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var callers in (int[])[1, 16])
        {
            List<double> one = [], sixteen = [], raw = [], png = [];
            for (var round = -1; round < Rounds; round++)
            {
                var rates = (
                    BareLoop(bare, manifest.LatentSize, 1),
                    BareLoop(bare, manifest.LatentSize, 16),
                    await GrpcAsync(client, callers, PictureFormat.Raw),
                    await GrpcAsync(client, callers, PictureFormat.Png));
                // The first turn warms up.
                if (round < 0)
                    continue;
                one.Add(rates.Item1);
                sixteen.Add(rates.Item2);
                raw.Add(rates.Item3);
                png.Add(rates.Item4);
            }
            transcript.Line($"| {callers} | {Median(one):0} | {Median(sixteen):0} | {Median(raw):0} | {Median(png):0} | {MedianRatio(raw, one):0.00} | {MedianRatio(raw, sixteen):0.00} |");
        }
        transcript.Keep();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static double BareLoop(InferenceSession session, int latentSize, int batch)
    {
        using var run = new RunOptions();
        using var z = OrtValue.CreateTensorValueFromMemory(new float[batch * latentSize], [batch, latentSize]);
        var started = Stopwatch.GetTimestamp();
        var pictures = 0;
        while (Stopwatch.GetElapsedTime(started) < RoundTime)
        {
            using var results = session.Run(run, ["z"], [z], ["image"]);
            pictures += batch;
        }
        return pictures / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> GrpcAsync(DecoderService.DecoderServiceClient client, int callers, PictureFormat format)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var pictures = 0;
            for (; Stopwatch.GetElapsedTime(started) < RoundTime; pictures++)
                await client.GenerateAsync(new GenerateRequest { Count = 1, Seed = (ulong)caller, Picture = new PictureOptions { Format = format } });
            return pictures;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static SessionOptions BareOptions()
    {
        var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    // Turn by turn, so that a load that comes and goes cancels out.
    private static double MedianRatio(List<double> values, List<double> others) => Median([.. values.Zip(others, (value, other) => value / other)]);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
