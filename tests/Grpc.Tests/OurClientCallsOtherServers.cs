using System.Diagnostics;
using FaceMix.Tests.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace FaceMix.Tests;

public sealed class OurClientCallsOtherServers : IAsyncLifetime
{
    private Process? process;
    private GrpcChannel? channel;

    private V1.EchoService.EchoServiceClient Client => new(channel!);

    public async Task InitializeAsync()
    {
        // The tests say what is missing by being skipped.
        if (new NeedsNodeAttribute().Skip is not null)
            return;
        process = Process.Start(Peer.Start("node", Peer.Script("serve.mjs"), Repository.Root, Peer.Proto))!;
        var port = await process.StandardOutput.ReadLineAsync();
        channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
    }

    public Task DisposeAsync()
    {
        channel?.Dispose();
        process?.StandardInput.Close();
        process?.Dispose();
        return Task.CompletedTask;
    }

    [NeedsNode]
    public async Task A_unary_call_returns_its_response_headers_and_trailers()
    {
        using var call = Client.SayAsync(new SayRequest { Text = "héllo", PayloadSize = 300_000, Payload = ByteString.CopyFrom(new byte[200_000]) }, new Metadata { { "raw-bin", [1, 2, 254] } });

        var response = await call;

        Assert.Equal(("héllo", 300_000), (response.Text, response.Payload.Length));
        Assert.Contains("raw-bin=0102fe", response.Metadata);
        Assert.Equal("yes", (await call.ResponseHeadersAsync).GetValue("has-header"));
        Assert.Equal(new byte[] { 0, 1, 255 }, call.GetTrailers().GetValueBytes("echo-bytes-bin"));
    }

    [NeedsNode]
    public async Task A_status_arrives_with_its_text_and_trailers()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => Client.SayAsync(new SayRequest { Status = 9, Text = "not yet: façade" }).ResponseAsync);

        Assert.Equal((StatusCode.FailedPrecondition, "not yet: façade"), (error.StatusCode, error.Status.Detail));
        Assert.Equal(new byte[] { 0, 1, 255 }, error.Trailers.GetValueBytes("echo-bytes-bin"));
    }

    [NeedsNode]
    public async Task A_method_the_server_lacks_is_unimplemented()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => Client.ForgetAsync(new ForgetRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [NeedsNode]
    public async Task A_deadline_passes()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() =>
            Client.SayAsync(new SayRequest { WaitMs = 30_000 }, deadline: DateTime.UtcNow.AddMilliseconds(300)).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [NeedsNode]
    public async Task A_stream_of_responses_arrives_up_to_its_error()
    {
        using var call = Client.Count(new CountRequest { To = 500, FailsAfter = 300 });
        var count = 0;

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
                count++;
        });

        Assert.Equal((StatusCode.Aborted, 300), (error.StatusCode, count));
    }

    [NeedsNode]
    public async Task A_stream_of_requests_is_answered_once()
    {
        using var call = Client.Collect();
        for (var i = 1; i <= 100; i++)
            await call.RequestStream.WriteAsync(new CollectRequest { Number = i });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(5050, (await call).Sum);
    }

    [NeedsNode]
    public async Task Both_sides_can_stream()
    {
        using var call = Client.Chat();
        await call.RequestStream.WriteAsync(new ChatRequest { Text = "word" });
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal("WORD", call.ResponseStream.Current.Text);
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    [NeedsNode]
    public async Task A_response_above_the_clients_limit_is_resource_exhausted()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => Client.SayAsync(new SayRequest { PayloadSize = 5 << 20 }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }
}
