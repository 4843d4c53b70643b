using FaceMix.Tests.Interop.Wire;
using Google.Protobuf;
using Grpc.Core;

namespace FaceMix.Tests.Interop;

/// <summary>The server's side of the interop description.</summary>
internal sealed class TestServer(Seen seen) : TestService.TestServiceBase
{
    public override async Task<Empty> EmptyCall(Empty request, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        // Grpc.AspNetCore 2.80 would flag an empty message as compressed and send no gzip, which grpc-js refuses.
        context.WriteOptions = Options(compressed: null);
        return new Empty();
    }

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        MustBeCompressed(request.ExpectCompressed, context);
        await EchoMetadataAsync(context);
        ThrowIfAsked(request.ResponseStatus);
        context.WriteOptions = Options(request.ResponseCompressed);
        return new SimpleResponse { Payload = Zeros(request.ResponseSize) };
    }

    public override async Task StreamingOutputCall(StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        using var registration = context.CancellationToken.Register(() => seen.Cancelled.TrySetResult());
        await AnswerAsync(request, responseStream, context);
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        using var registration = context.CancellationToken.Register(() => seen.Cancelled.TrySetResult());
        var size = 0;
        await foreach (var request in requestStream.ReadAllAsync())
        {
            MustBeCompressed(request.ExpectCompressed, context);
            size += request.Payload.Body.Length;
        }
        return new StreamingInputCallResponse { AggregatedPayloadSize = size };
    }

    public override async Task FullDuplexCall(IAsyncStreamReader<StreamingOutputCallRequest> requestStream, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        using var registration = context.CancellationToken.Register(() => seen.Cancelled.TrySetResult());
        await foreach (var request in requestStream.ReadAllAsync())
            await AnswerAsync(request, responseStream, context);
    }

    private static async Task AnswerAsync(StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responses, ServerCallContext context)
    {
        foreach (var wanted in request.ResponseParameters)
        {
            if (wanted.IntervalUs > 0)
                await Task.Delay(TimeSpan.FromMicroseconds(wanted.IntervalUs), context.CancellationToken);
            responses.WriteOptions = Options(wanted.Compressed);
            await responses.WriteAsync(new StreamingOutputCallResponse { Payload = Zeros(wanted.Size) });
        }
        ThrowIfAsked(request.ResponseStatus);
    }

    private static void ThrowIfAsked(EchoStatus? status)
    {
        if (status is not null)
            throw new RpcException(new Status((StatusCode)status.Code, status.Message));
    }

    private static void MustBeCompressed(BoolValue? expected, ServerCallContext context)
    {
        var isCompressed = InteropHost.RequestsOf(context).Flags.TryDequeue(out var flag) && flag;
        if (expected is not null && expected.Value != isCompressed)
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"The message says compressed: {expected.Value}, and is: {isCompressed}."));
    }

    private static async Task EchoMetadataAsync(ServerCallContext context)
    {
        if (context.RequestHeaders.Get("x-grpc-test-echo-trailing-bin") is { } trailing)
            context.ResponseTrailers.Add(trailing.Key, trailing.ValueBytes);
        if (context.RequestHeaders.Get("x-grpc-test-echo-initial") is { } initial)
            await context.WriteResponseHeadersAsync(new Metadata { { initial.Key, initial.Value } });
    }

    // The service's responses are compressed unless one says otherwise, and here only those that are asked for are.
    private static WriteOptions? Options(BoolValue? compressed) =>
        compressed is { Value: true } ? null : new WriteOptions(WriteFlags.NoCompress);

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
