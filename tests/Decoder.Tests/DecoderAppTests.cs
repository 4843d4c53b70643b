using FaceMix.Decoder;
using FaceMix.Decoder.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace FaceMix.Tests.Decoder;

/// <summary>The program as it is started, as a process of its own.</summary>
public sealed class DecoderAppTests
{
    private const string Service = "facemix.decoder.v1.DecoderService/";

    [Fact]
    public async Task Metrics_count_calls_by_status_and_show_queue_batches_and_models()
    {
        using var models = new TemporaryFolder();
        TinyModel.PublishFirstRelease(models.Path);
        await using var service = await ServiceProcess.StartAsync(
            "Decoder", 0, $"--Models:Path={models.Path}", "--Decoder:MaxQueued=64", "--Decoder:LookInterval=00:00:00.2", "--Decoder:Device=cpu");
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new DecoderService.DecoderServiceClient(channel);
        using var http = new HttpClient { BaseAddress = service.Http };
        var page = await MetricsPage.ReadUntilAsync(http, page => page.Value("facemix_decoder_model_served", ("model", TinyModel.FirstRelease)) == 1);
        // Nothing has happened yet, and a dashboard can already tell that from a decoder that has no such metric.
        Assert.Equal((0, 0, 0), (page.Value("facemix_decoder_queue_refused_total"), page.Value("facemix_decoder_queue_dropped_total"), page.Value("facemix_decoder_queue_length")));

        await client.GenerateAsync(new GenerateRequest { Count = 3 });
        await client.GenerateAsync(new GenerateRequest { Count = 3 });
        await FailAsync(async () => await client.GenerateAsync(new GenerateRequest { Count = 0 }));
        await FailAsync(async () => await client.GetModelAsync(new GetModelRequest { ModelVersion = "none@20260101-000000" }));
        await FailAsync(() => GuessAsync(channel));
        using var web = await http.PostAsync(new Uri("/" + Service + "Generate", UriKind.Relative), new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new("application/grpc-web+proto") } });
        var overload = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => CodeOfAsync(async () => await client.GenerateAsync(new GenerateRequest { Count = 64 }))));
        var refused = overload.Count(code => code == StatusCode.ResourceExhausted);
        Assert.InRange(refused, 1, 63);

        page = await MetricsPage.ReadUntilAsync(http, page =>
            page.Calls(Service + "Generate", "OK") + page.Calls(Service + "Generate", "RESOURCE_EXHAUSTED") + page.Calls(Service + "Generate", "INVALID_ARGUMENT") == 68);
        page.CheckForm();
        Assert.Equal((2, 1, 1), (page.Calls(Service + "Generate", "INVALID_ARGUMENT"), page.Calls(Service + "GetModel", "NOT_FOUND"), page.Calls("_OTHER", "UNIMPLEMENTED")));
        Assert.Equal((refused, refused), (page.Calls(Service + "Generate", "RESOURCE_EXHAUSTED"), page.Value("facemix_decoder_queue_refused_total")));
        Assert.Equal(6 + ((64 - refused) * 64), page.Value("facemix_decoder_batch_size_sum"));
        Assert.Equal(page.Value("facemix_decoder_batch_size_count"), page.Value("facemix_decoder_decode_duration_seconds_count"));
        Assert.Equal(1, page.Value("facemix_decoder_model_loaded", ("model", TinyModel.FirstRelease)));
        Assert.Equal(1, page.Value("facemix_decoder_model_loads_total", ("outcome", "loaded")));

        var failures = service.Log.Split('\n').Where(line => line.Contains(" ended with ", StringComparison.Ordinal)).ToList();
        Assert.Equal(refused + 4, failures.Count);
        Assert.Equal(refused, failures.Count(line => line.Contains(" WRN ", StringComparison.Ordinal) && line.Contains("RESOURCE_EXHAUSTED", StringComparison.Ordinal)));
        Assert.All(failures, line => Assert.Matches(" trace [0-9a-f]{32}$", line.TrimEnd()));
        Assert.DoesNotContain(" ERR ", service.Log, StringComparison.Ordinal);

        var newer = TinyModel.Publish(models.Path, "20270101-000000").ToString();
        page = await MetricsPage.ReadUntilAsync(http, page => page.Value("facemix_decoder_model_served", ("model", newer)) == 1);
        Assert.Equal([newer], page.Labels("facemix_decoder_model_served", "model"));
        Assert.Equal([TinyModel.FirstRelease, newer], page.Labels("facemix_decoder_model_loaded", "model").Order());
    }

    [Theory]
    [InlineData("--Decoder:MaxBatch=0", "Decoder:MaxBatch is '0', but it must be a whole number from 1 to 256.")]
    [InlineData("--Decoder:MaxQueued=many", "Decoder:MaxQueued is 'many', but it must be a whole number from 64 to 65536.")]
    [InlineData("--Decoder:Device=abacus", "Decoder:Device is 'abacus', but it must be one of auto, cpu, cuda.")]
    [InlineData("--Decoder:Model=../x", "Decoder:Model is '../x', but it must be a model's name, such as facemix-64, or empty.")]
    [InlineData("--Decoder:LookInterval=00:00:00", "Decoder:LookInterval is '00:00:00', but it must be 00:00:00.100 to 01:00:00.")]
    [InlineData("--Models:Path=", "Models:Path is '', but it must be a text that is not empty.")]
    [InlineData("--Models:Pth=x", "Models:Pth is not a key of this service; Models has Path.")]
    [InlineData("--Decoder:MaxBatches=4", "Decoder:MaxBatches is not a key of this service; Decoder has Device, LoadedVersions, LookInterval, MaxBatch, MaxDelay, MaxQueued, Model, Threads.")]
    public async Task A_wrong_value_or_key_ends_the_program_with_a_sentence(string argument, string sentence) =>
        Assert.Equal(sentence, await FailingStart.SentenceOfAsync(typeof(DecoderApp).Assembly, "--Bind:GrpcPort=0", "--Bind:HttpPort=0", argument));

    private static Task GuessAsync(GrpcChannel channel)
    {
        var bytes = Marshallers.Create<byte[]>(message => message, message => message);
        return channel.CreateCallInvoker().AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, Service[..^1], "Guess", bytes, bytes), null, default, []).ResponseAsync;
    }

    private static async Task FailAsync(Func<Task> call) => await Assert.ThrowsAsync<RpcException>(call);

    private static async Task<StatusCode> CodeOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException error)
        {
            return error.StatusCode;
        }
    }
}
