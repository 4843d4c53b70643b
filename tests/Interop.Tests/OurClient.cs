using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace FaceMix.Tests.Interop;

/// <summary>The client's side of the interop description, with the client that FaceMix has.</summary>
internal sealed class OurClient(GrpcChannel channel, bool probesCompression)
{
    private const int LargeRequest = 271828;
    private const int LargeResponse = 314159;
    private static readonly int[] RequestSizes = [27182, 8, 1828, 45904];
    private static readonly int[] ResponseSizes = [31415, 9, 2653, 58979];
    private static readonly Metadata Gzip = new() { { "grpc-internal-encoding-request", "gzip" } };
    private readonly TestService.TestServiceClient client = new(channel);

    private static DateTime Soon => DateTime.UtcNow.AddSeconds(30);

    public async Task EmptyUnaryAsync() => Assert.Equal(new Empty(), await client.EmptyCallAsync(new Empty(), deadline: Soon));

    public async Task LargeUnaryAsync() => IsLarge(await client.UnaryCallAsync(Large(), deadline: Soon));

    public async Task ClientStreamingAsync()
    {
        using var call = client.StreamingInputCall(deadline: Soon);
        foreach (var size in RequestSizes)
            await call.RequestStream.WriteAsync(Input(size));
        await call.RequestStream.CompleteAsync();

        Assert.Equal(74922, (await call).AggregatedPayloadSize);
    }

    public async Task ServerStreamingAsync()
    {
        using var call = client.StreamingOutputCall(Output(ResponseSizes), deadline: Soon);

        Assert.Equal(ResponseSizes, await SizesAsync(call.ResponseStream));
    }

    public async Task PingPongAsync()
    {
        using var call = client.FullDuplexCall(deadline: Soon);
        foreach (var (request, response) in RequestSizes.Zip(ResponseSizes))
        {
            await call.RequestStream.WriteAsync(Output([response], request));
            Assert.True(await call.ResponseStream.MoveNext(default));
            Assert.Equal(response, call.ResponseStream.Current.Payload.Body.Length);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    public async Task EmptyStreamAsync()
    {
        using var call = client.FullDuplexCall(deadline: Soon);
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    public async Task ClientCompressedUnaryAsync()
    {
        if (probesCompression)
            await EndsAsync(StatusCode.InvalidArgument, () => client.UnaryCallAsync(Large(expectCompressed: true), deadline: Soon).ResponseAsync);
        IsLarge(await client.UnaryCallAsync(Large(expectCompressed: true), Gzip, Soon));
        IsLarge(await client.UnaryCallAsync(Large(expectCompressed: false), deadline: Soon));
    }

    public async Task ServerCompressedUnaryAsync()
    {
        foreach (var compressed in new[] { true, false })
        {
            var request = Large();
            request.ResponseCompressed = new BoolValue { Value = compressed };
            IsLarge(await client.UnaryCallAsync(request, deadline: Soon));
        }
    }

    public async Task ClientCompressedStreamingAsync()
    {
        if (probesCompression)
        {
            using var probe = client.StreamingInputCall(deadline: Soon);
            await WriteIfOpenAsync(probe.RequestStream, Input(RequestSizes[0], expectCompressed: true));
            await EndsAsync(StatusCode.InvalidArgument, () => probe.ResponseAsync);
        }
        using var call = client.StreamingInputCall(Gzip, Soon);
        await call.RequestStream.WriteAsync(Input(27182, expectCompressed: true));
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await call.RequestStream.WriteAsync(Input(45904, expectCompressed: false));
        await call.RequestStream.CompleteAsync();

        Assert.Equal(73086, (await call).AggregatedPayloadSize);
    }

    public async Task ServerCompressedStreamingAsync()
    {
        var request = Output([31415, 92653]);
        request.ResponseParameters[0].Compressed = new BoolValue { Value = true };
        request.ResponseParameters[1].Compressed = new BoolValue { Value = false };
        using var call = client.StreamingOutputCall(request, deadline: Soon);

        Assert.Equal([31415, 92653], await SizesAsync(call.ResponseStream));
    }

    public async Task CancelAfterBeginAsync()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = client.StreamingInputCall(deadline: Soon, cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();

        await EndsAsync(StatusCode.Cancelled, () => call.ResponseAsync);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    public async Task CancelAfterFirstResponseAsync()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = client.FullDuplexCall(deadline: Soon, cancellationToken: cancellation.Token);
        await call.RequestStream.WriteAsync(Output([31415], 27182));
        Assert.True(await call.ResponseStream.MoveNext(default));
        await cancellation.CancelAsync();

        await EndsAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext(default));
    }

    public async Task TimeoutOnSleepingServerAsync()
    {
        using var call = client.FullDuplexCall(deadline: DateTime.UtcNow.AddMilliseconds(1));
        await WriteIfOpenAsync(call.RequestStream, Output([], 27182));

        await EndsAsync(StatusCode.DeadlineExceeded, () => call.ResponseStream.MoveNext(default));
    }

    public async Task CustomMetadataAsync()
    {
        byte[] bytes = [0xab, 0xab, 0xab];
        var metadata = new Metadata { { "x-grpc-test-echo-initial", "test_initial_metadata_value" }, { "x-grpc-test-echo-trailing-bin", bytes } };
        using var unary = client.UnaryCallAsync(Large(), metadata, Soon);
        IsLarge(await unary);
        Assert.Equal("test_initial_metadata_value", (await unary.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
        Assert.Equal(bytes, unary.GetTrailers().GetValueBytes("x-grpc-test-echo-trailing-bin"));

        using var duplex = client.FullDuplexCall(metadata, Soon);
        await duplex.RequestStream.WriteAsync(Output([LargeResponse], LargeRequest));
        await duplex.RequestStream.CompleteAsync();
        Assert.Equal([LargeResponse], await SizesAsync(duplex.ResponseStream));
        Assert.Equal("test_initial_metadata_value", (await duplex.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
        Assert.Equal(bytes, duplex.GetTrailers().GetValueBytes("x-grpc-test-echo-trailing-bin"));
    }

    public async Task StatusCodeAndMessageAsync()
    {
        var status = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "test status message" };
        await EndsAsync(StatusCode.Unknown, () => client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }, deadline: Soon).ResponseAsync, status.Message);

        using var call = client.FullDuplexCall(deadline: Soon);
        await WriteIfOpenAsync(call.RequestStream, new StreamingOutputCallRequest { ResponseStatus = status });
        await EndsAsync(StatusCode.Unknown, () => call.ResponseStream.MoveNext(default), status.Message);
    }

    public async Task SpecialStatusMessageAsync()
    {
        var status = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n" };
        await EndsAsync(StatusCode.Unknown, () => client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }, deadline: Soon).ResponseAsync, status.Message);
    }

    public Task UnimplementedMethodAsync() =>
        EndsAsync(StatusCode.Unimplemented, () => client.UnimplementedCallAsync(new Empty(), deadline: Soon).ResponseAsync);

    public Task UnimplementedServiceAsync() =>
        EndsAsync(StatusCode.Unimplemented, () => new UnimplementedService.UnimplementedServiceClient(channel).UnimplementedCallAsync(new Empty(), deadline: Soon).ResponseAsync);

    public async Task CancellationReachesTheServerAsync()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = client.StreamingOutputCall(OneThenSleep(), deadline: Soon, cancellationToken: cancellation.Token);
        Assert.True(await call.ResponseStream.MoveNext(default));
        await cancellation.CancelAsync();

        await EndsAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext(default));
    }

    public async Task DeadlineOnBothSidesAsync()
    {
        using var call = client.StreamingOutputCall(OneThenSleep(), deadline: DateTime.UtcNow.AddSeconds(3));
        Assert.True(await call.ResponseStream.MoveNext(default));

        await EndsAsync(StatusCode.DeadlineExceeded, () => call.ResponseStream.MoveNext(default));
    }

    public Task TooLargeRequestAsync() => EndsAsync(
        StatusCode.ResourceExhausted,
        () => client.UnaryCallAsync(new SimpleRequest { Payload = Zeros(5 << 20) }, deadline: Soon).ResponseAsync);

    public Task TooLargeResponseAsync() => EndsAsync(
        StatusCode.ResourceExhausted,
        () => client.UnaryCallAsync(new SimpleRequest { ResponseSize = 5 << 20 }, deadline: Soon).ResponseAsync);

    public async Task TrailersOfAnErrorAsync()
    {
        var metadata = new Metadata { { "x-grpc-test-echo-trailing-bin", [0, 1, 255] } };
        var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = (int)StatusCode.NotFound, Message = "no such façade: 100 %" } };

        var error = await EndsAsync(StatusCode.NotFound, () => client.UnaryCallAsync(request, metadata, Soon).ResponseAsync, "no such façade: 100 %");

        Assert.Equal(new byte[] { 0, 1, 255 }, error.Trailers.GetValueBytes("x-grpc-test-echo-trailing-bin"));
    }

    public async Task HundredAtOnceAsync()
    {
        var responses = await Task.WhenAll(Enumerable.Range(1, 100).Select(size =>
            client.UnaryCallAsync(new SimpleRequest { ResponseSize = size * 100, Payload = Zeros(size) }, deadline: Soon).ResponseAsync));

        Assert.Equal(Enumerable.Range(1, 100).Select(size => size * 100), responses.Select(each => each.Payload.Body.Length));
    }

    // The call may be over before the whole of its request is sent.
    private static async Task WriteIfOpenAsync<T>(IClientStreamWriter<T> requests, T request)
    {
        try
        {
            await requests.WriteAsync(request);
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException or OperationCanceledException)
        {
        }
    }

    private static async Task<RpcException> EndsAsync(StatusCode code, Func<Task> call, string? detail = null)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(code, error.StatusCode);
        if (detail is not null)
            Assert.Equal(detail, error.Status.Detail);
        return error;
    }

    private static SimpleRequest Large(bool? expectCompressed = null) => new()
    {
        ResponseSize = LargeResponse,
        Payload = Zeros(LargeRequest),
        ExpectCompressed = Value(expectCompressed),
    };

    private static StreamingInputCallRequest Input(int size, bool? expectCompressed = null) =>
        new() { Payload = Zeros(size), ExpectCompressed = Value(expectCompressed) };

    private static StreamingOutputCallRequest Output(int[] responses, int request = 0) => new()
    {
        Payload = Zeros(request),
        ResponseParameters = { responses.Select(size => new ResponseParameters { Size = size }) },
    };

    private static StreamingOutputCallRequest OneThenSleep()
    {
        var request = Output([1, 1]);
        request.ResponseParameters[1].IntervalUs = 60_000_000;
        return request;
    }

    private static void IsLarge(SimpleResponse response) => Assert.Equal(new byte[LargeResponse], response.Payload.Body.ToByteArray());

    private static async Task<List<int>> SizesAsync(IAsyncStreamReader<StreamingOutputCallResponse> responses)
    {
        var sizes = new List<int>();
        await foreach (var response in responses.ReadAllAsync())
            sizes.Add(response.Payload.Body.Length);
        return sizes;
    }

    private static BoolValue? Value(bool? value) => value is { } known ? new BoolValue { Value = known } : null;

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
