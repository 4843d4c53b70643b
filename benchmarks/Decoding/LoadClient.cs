using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using Grpc.Net.Client;

namespace FaceMix.Benchmarks.Decoding;

/// <summary>
/// The callers, in a process of their own so that their processor time is told apart from the server's: one connection, one
/// picture a call, each caller's next call when its last one has ended. Each line of input is "FORMAT CALLERS MILLISECONDS",
/// each answer a <see cref="Load"/> as JSON.
/// </summary>
internal static class LoadClient
{
    public const string Verb = "decoding-load";

    public static async Task RunAsync(Uri address, int latentSize)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var client = new DecoderService.DecoderServiceClient(channel);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var (format, callers, time) = (Enum.Parse<PictureFormat>(words[0]), Number(words[1]), TimeSpan.FromMilliseconds(Number(words[2])));
            var begun = Stopwatch.GetTimestamp();
            var results = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(
                () => CallAsync(client, Request(latentSize, caller, format), begun, time))));
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            Console.WriteLine(JsonSerializer.Serialize(
                Load.Of([.. results.SelectMany(result => result.Times)], picturesEach: 1, seconds, results.Sum(result => result.Bytes))));
        }
    }

    /// <summary>The latent depends on the caller alone.</summary>
    public static DecodeRequest Request(int latentSize, int caller, PictureFormat format)
    {
        var random = new Random(caller);
        var latent = new Latent { Values = { Enumerable.Range(0, latentSize).Select(_ => (random.NextSingle() * 4) - 2) } };
        return new() { Latents = { latent }, Picture = new() { Format = format } };
    }

    private static async Task<(List<double> Times, long Bytes)> CallAsync(DecoderService.DecoderServiceClient client, DecodeRequest request, long begun, TimeSpan time)
    {
        var (times, bytes) = (new List<double>(), 0L);
        do
        {
            var start = Stopwatch.GetTimestamp();
            var response = await client.DecodeAsync(request);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            bytes += response.Pictures.Single().Data.Length;
        }
        while (Stopwatch.GetElapsedTime(begun) < time);
        return (times, bytes);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
