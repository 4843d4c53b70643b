using System.Text.Json;
using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using FaceMix.ModelStore;
using FaceMix.Tests;
using Grpc.Net.Client;

namespace FaceMix.Benchmarks.Decoding;

/// <summary>A server in a process of its own, and its callers in another.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private readonly Uri _address;
    private readonly int _processId;
    private readonly Func<ValueTask> _stop;
    private readonly Worker _callers;

    private Contender(string name, Uri address, int latentSize, int processId, Func<ValueTask> stop)
    {
        (Name, _address, _processId, _stop) = (name, address, processId, stop);
        _callers = Worker.OfThis(LoadClient.Verb, address.ToString(), $"{latentSize}");
    }

    public string Name { get; }

    /// <summary>The Decoder itself, as <c>./facemix up</c> starts it.</summary>
    public static async Task<Contender> DecoderAsync(string models, int latentSize)
    {
        var service = await ServiceProcess.StartAsync("Decoder", 0, $"--Models:Path={Path.GetFullPath(models)}", "--Decoder:Device=cpu");
        return new("FaceMix", service.Grpc, latentSize, service.Id, service.DisposeAsync);
    }

    /// <summary>A server in Node that decodes the same network.</summary>
    /// <param name="name">For the table.</param>
    /// <param name="network">Path of <c>decoder.onnx</c>.</param>
    /// <param name="manifest">Its sizes.</param>
    /// <param name="maxBatch">Most pictures in a run.</param>
    public static async Task<Contender> NodeAsync(string name, string network, ModelManifest manifest, int maxBatch)
    {
        int[] numbers = [manifest.LatentSize, manifest.ImageSize, maxBatch];
        var server = Worker.Start(
            "node",
            [NodePackages.Server, Repository.PathOf("protos"), network, .. numbers.Select(number => $"{number}")]);
        return new(name, new($"http://127.0.0.1:{await server.ReadAsync()}"), manifest.LatentSize, server.Id, Stop);

        ValueTask Stop()
        {
            server.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The pixels of one picture, to see that all decode the same.</summary>
    public async Task<byte[]> PixelsAsync(int latentSize)
    {
        using var channel = GrpcChannel.ForAddress(_address);
        var response = await new DecoderService.DecoderServiceClient(channel).DecodeAsync(LoadClient.Request(latentSize, 0, PictureFormat.Raw));
        return response.Pictures.Single().Data.ToByteArray();
    }

    public async Task<Turn> MeasureAsync(PictureFormat format, int callers, TimeSpan time)
    {
        var (server, client) = (Machine.ProcessorTime(_processId), Machine.ProcessorTime(_callers.Id));
        var answer = await _callers.AskAsync($"{format} {callers} {time.TotalMilliseconds:0}");
        return new(
            JsonSerializer.Deserialize<Load>(answer)!,
            (Machine.ProcessorTime(_processId) - server).TotalMilliseconds,
            (Machine.ProcessorTime(_callers.Id) - client).TotalMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        _callers.Dispose();
        await _stop();
    }
}

/// <param name="Load">What the callers, or the bare loop, measured.</param>
/// <param name="ServerMs">Processor time of the server, or of the bare loop, ms.</param>
/// <param name="CallersMs">Processor time of the callers, ms.</param>
internal sealed record Turn(Load Load, double ServerMs, double CallersMs)
{
    /// <summary>The part of all processors that the callers left to the server, 0 to 1.</summary>
    public double Left => 1 - (CallersMs / 1000 / Load.Seconds / Environment.ProcessorCount);
}
