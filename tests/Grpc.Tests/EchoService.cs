using FaceMix.Tests.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FaceMix.Tests;

/// <summary>Does what each request asks for, and remembers whether a call was cancelled.</summary>
public sealed class EchoService(EchoService.Observations observations) : V1.EchoService.EchoServiceBase, IDisposable
{
    public sealed class Observations
    {
        public TaskCompletionSource Cancelled { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Made;
        public int Disposed;
    }

    private readonly int number = Interlocked.Increment(ref observations.Made);

    public void Dispose() => Interlocked.Increment(ref observations.Disposed);

    public override async Task<SayResponse> Say(SayRequest request, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsyncIfAsked();
        context.ResponseTrailers.Add("echo-trailer", "said");
        context.ResponseTrailers.Add("echo-bytes-bin", [0, 1, 255]);
        if (request.WaitMs > 0)
            await Wait(request.WaitMs, context.CancellationToken);
        if (request.Fails)
            throw new FormatException("A secret of the house.");
        if (request.Status != 0)
            throw new RpcException(
                new Status((StatusCode)request.Status, request.Text),
                new Metadata { { "grpc-status-details-bin", [8, (byte)request.Status] }, { "why", "asked for" } });
        var response = new SayResponse { Text = request.Text, Payload = ByteString.CopyFrom(new byte[request.PayloadSize]) };
        response.Metadata.AddRange(context.RequestHeaders
            .Select(entry => $"{entry.Key}={(entry.IsBinary ? Convert.ToHexString(entry.ValueBytes) : entry.Value)}"));
        response.Metadata.Add($"instance={number}");
        return response;
    }

    public override async Task Count(CountRequest request, IServerStreamWriter<CountResponse> responseStream, ServerCallContext context)
    {
        // A caller who leaves may do so while a number is on its way.
        using var leaving = context.CancellationToken.Register(() => observations.Cancelled.TrySetResult());
        for (var i = 1; i <= request.To; i++)
        {
            await responseStream.WriteAsync(new CountResponse { Number = i });
            if (i == request.FailsAfter)
                throw new RpcException(new Status(StatusCode.Aborted, $"stopped at {i}"));
            if (request.PauseMs > 0)
                await Wait(request.PauseMs, context.CancellationToken);
        }
        context.ResponseTrailers.Add("counted", request.To.ToString());
    }

    public override async Task<CollectResponse> Collect(IAsyncStreamReader<CollectRequest> requestStream, ServerCallContext context)
    {
        var sum = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            sum += request.Number;
        return new CollectResponse { Sum = sum };
    }

    public override async Task Chat(IAsyncStreamReader<ChatRequest> requestStream, IServerStreamWriter<ChatResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
            await responseStream.WriteAsync(new ChatResponse { Text = requestStream.Current.Text.ToUpperInvariant() });
    }

    private async Task Wait(int milliseconds, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(milliseconds, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            observations.Cancelled.TrySetResult();
            throw;
        }
    }
}

file static class Asked
{
    public static Task WriteResponseHeadersAsyncIfAsked(this ServerCallContext context) =>
        context.RequestHeaders.GetValue("wants-header") is { } value
            ? context.WriteResponseHeadersAsync(new Metadata { { "has-header", value } })
            : Task.CompletedTask;
}
