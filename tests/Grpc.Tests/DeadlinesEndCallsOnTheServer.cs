using FaceMix.Tests.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests;

/// <summary>The server's part alone: these callers send <c>grpc-timeout</c> and keep no time themselves.</summary>
public sealed class DeadlinesEndCallsOnTheServer
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task A_service_that_ignores_its_token_cannot_keep_the_caller_waiting(string type)
    {
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = async (_, _) =>
            {
                await released.Task;
                return new SayResponse { Text = "too late" };
            },
        });

        var call = await SendAsync(server, "Say", new SayRequest(), type, "200m");

        Assert.Equal((StatusCode.DeadlineExceeded, 0), (call.Status, call.Frames.Count(frame => frame.Flag == 0)));
        released.SetResult();
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web-text")]
    public async Task What_was_sent_before_the_deadline_arrives_before_the_status(string type)
    {
        await using var server = await ScriptedService.StartAsync(new()
        {
            Count = async (_, responses, _) =>
            {
                for (var i = 1; i <= 3; i++)
                    await responses.WriteAsync(new CountResponse { Number = i });
                await released.Task;
            },
        });

        var call = await SendAsync(server, "Count", new CountRequest(), type, "500m");

        Assert.Equal([1, 2, 3], call.Frames.Where(frame => frame.Flag == 0).Select(frame => CountResponse.Parser.ParseFrom(frame.Bytes).Number));
        Assert.Equal(StatusCode.DeadlineExceeded, call.Status);
        released.SetResult();
    }

    [Fact]
    public async Task The_service_is_told_and_what_it_writes_later_is_refused()
    {
        var seen = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ScriptedService.StartAsync(new()
        {
            Count = async (_, responses, context) =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
                seen.SetResult(await Record.ExceptionAsync(() => responses.WriteAsync(new CountResponse { Number = 1 })));
            },
        });

        var call = await SendAsync(server, "Count", new CountRequest(), "application/grpc", "200m");

        Assert.Equal(StatusCode.DeadlineExceeded, call.Status);
        Assert.Empty(call.Frames);
        Assert.True(await seen.Task.WaitAsync(Long) is InvalidOperationException or OperationCanceledException);
    }

    [Fact]
    public async Task A_service_that_waits_for_requests_is_let_go()
    {
        var seen = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ScriptedService.StartAsync(new()
        {
            Chat = async (requests, _, _) => seen.SetResult(await Record.ExceptionAsync(() => requests.MoveNext(CancellationToken.None))),
        });
        using var call = server.Client.Chat(deadline: DateTime.UtcNow.AddMilliseconds(300));

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.NotNull(await seen.Task.WaitAsync(Long));
    }

    [Fact]
    public async Task A_throwing_observer_of_the_token_harms_neither_the_answer_nor_the_server()
    {
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = async (_, context) =>
            {
                context.CancellationToken.Register(() => throw new FormatException("An observer fails."));
                await released.Task;
                return new SayResponse();
            },
        });

        Assert.Equal(StatusCode.DeadlineExceeded, (await SendAsync(server, "Say", new SayRequest(), "application/grpc", "200m")).Status);
        released.SetResult();
        Assert.Equal(StatusCode.OK, (await SendAsync(server, "Say", new SayRequest(), "application/grpc", "20S")).Status);
    }

    [Fact]
    public async Task A_service_sees_the_time_it_has()
    {
        var seen = new TaskCompletionSource<DateTime>();
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = (_, context) =>
            {
                seen.SetResult(context.Deadline);
                return Task.FromResult(new SayResponse());
            },
        });

        await SendAsync(server, "Say", new SayRequest(), "application/grpc", "1H");

        Assert.InRange((await seen.Task - DateTime.UtcNow).TotalMinutes, 55, 60.1);
    }

    private static Task<RawCall> SendAsync(EchoServer server, string method, Google.Protobuf.IMessage request, string type, string timeout) =>
        RawCall.SendAsync(type == "application/grpc" ? server.Grpc : server.Web, method, RawCall.Framed(request), type, ("grpc-timeout", timeout)).WaitAsync(Long);
}
