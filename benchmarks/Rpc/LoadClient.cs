using System.Diagnostics;
using System.Text.Json;
using FaceMix.Benchmarks.Rpc.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace FaceMix.Benchmarks.Rpc;

/// <summary>What a load measured; a call of a stream is one message, its time that since the message before.</summary>
/// <param name="Calls">How many.</param>
/// <param name="Seconds">How long the load ran.</param>
/// <param name="P50">Median, ns.</param>
/// <param name="P99">99 of 100 are at least as fast, ns.</param>
/// <param name="Allocated">By the client, bytes; 0 where it does not know.</param>
internal sealed record Load(long Calls, double Seconds, long P50, long P99, long Allocated);

/// <summary>
/// Our client in a process of its own. Each line of input is "unary|stream BYTES CALLERS MILLISECONDS", each answer one
/// line of JSON.
/// </summary>
internal static class LoadClient
{
    public const string Verb = "client";
    private const int MessagesOfAStream = 10_000;

    public static async Task RunAsync(string address)
    {
        using var channel = GrpcChannel.ForAddress($"http://{address}");
        var client = new EchoService.EchoServiceClient(channel);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var (size, callers, time) = (int.Parse(words[1]), int.Parse(words[2]), TimeSpan.FromMilliseconds(int.Parse(words[3])));
            var allocated = GC.GetTotalAllocatedBytes();
            var begun = Stopwatch.GetTimestamp();
            var histograms = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(
                () => words[0] == "unary" ? CallAsync(client, size, begun, time) : StreamAsync(client, size, begun, time))));
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            var all = new Histogram();
            foreach (var histogram in histograms)
                all.Add(histogram);
            Console.WriteLine(JsonSerializer.Serialize(
                new Load(all.Total, seconds, all.Quantile(0.5), all.Quantile(0.99), GC.GetTotalAllocatedBytes() - allocated)));
        }
    }

    private static async Task<Histogram> CallAsync(EchoService.EchoServiceClient client, int size, long begun, TimeSpan time)
    {
        var times = new Histogram();
        var request = new SayRequest { Payload = ByteString.CopyFrom(new byte[size]) };
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            var response = await client.SayAsync(request);
            if (response.Payload.Length != size)
                throw new InvalidOperationException("The answer has another size.");
            var now = Stopwatch.GetTimestamp();
            times.Add(Stopwatch.GetElapsedTime(start, now));
            if (Stopwatch.GetElapsedTime(begun, now) >= time)
                return times;
        }
    }

    private static async Task<Histogram> StreamAsync(EchoService.EchoServiceClient client, int size, long begun, TimeSpan time)
    {
        var times = new Histogram();
        while (true)
        {
            using var call = client.Count(new CountRequest { Messages = MessagesOfAStream, Size = size });
            var last = Stopwatch.GetTimestamp();
            while (await call.ResponseStream.MoveNext(default))
            {
                var now = Stopwatch.GetTimestamp();
                times.Add(Stopwatch.GetElapsedTime(last, now));
                last = now;
                if (Stopwatch.GetElapsedTime(begun, now) >= time)
                    return times;
            }
        }
    }
}
