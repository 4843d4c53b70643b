using FaceMix.Tests.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests;

/// <summary>A service config's retry policy, against a server that fails as often as it is told.</summary>
public sealed class FailedCallsAreRetried : IAsyncLifetime
{
    private readonly Failing failing = new();
    private EchoServer server = null!;

    public async Task InitializeAsync() => server = await EchoServer.StartAsync(
        options => options.Interceptors.Add<Failing>(),
        services => services.AddSingleton(failing));

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Until_it_succeeds_and_both_sides_know_how_often()
    {
        failing.Times = 2;
        using var channel = Channel();
        using var call = new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest { Text = "hello" });

        Assert.Equal("hello", (await call).Text);
        Assert.Equal([null, "1", "2"], failing.PreviousAttempts);
        Assert.Equal("2", (await call.ResponseHeadersAsync).GetValue("grpc-previous-rpc-attempts"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, 5, 3)]
    [InlineData(StatusCode.Unavailable, 2, 2)]
    [InlineData(StatusCode.InvalidArgument, 5, 1)]
    public async Task At_most_as_often_as_policy_and_channel_allow_and_only_after_a_retryable_status(StatusCode code, int mostOfChannel, int expected)
    {
        failing.Times = 100;
        failing.Code = code;
        using var channel = Channel(options => options.MaxRetryAttempts = mostOfChannel);

        var error = await Assert.ThrowsAsync<RpcException>(() => Say(channel));

        Assert.Equal((code, "not now", expected), (error.StatusCode, error.Status.Detail, failing.Attempts));
        Assert.Equal("because", error.Trailers.GetValue("why"));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "-1", 1)]
    [InlineData(StatusCode.Unavailable, "soon", 1)]
    [InlineData(StatusCode.Unavailable, "1", 3)]
    [InlineData(StatusCode.InvalidArgument, "1", 3)]
    public async Task When_the_server_says_so(StatusCode code, string pushback, int expected)
    {
        failing.Times = 100;
        failing.Code = code;
        failing.Pushback = pushback;
        // A pause of its own would last longer than the test.
        using var channel = Channel(policy: policy => policy.InitialBackoff = policy.MaxBackoff = TimeSpan.FromHours(10));

        await Assert.ThrowsAsync<RpcException>(() => Say(channel).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(expected, failing.Attempts);
    }

    [Fact]
    public async Task Never_once_a_response_has_begun()
    {
        using var channel = Channel(policy: policy => policy.RetryableStatusCodes.Add(StatusCode.Aborted));
        using var call = new V1.EchoService.EchoServiceClient(channel).Count(new CountRequest { To = 5, FailsAfter = 2 });
        var count = 0;

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
                count++;
        });

        Assert.Equal((StatusCode.Aborted, 2, 1), (error.StatusCode, count, failing.Attempts));
    }

    [Fact]
    public async Task With_a_stream_of_responses_that_had_not_begun()
    {
        failing.Times = 2;
        using var channel = Channel();
        using var call = new V1.EchoService.EchoServiceClient(channel).Count(new CountRequest { To = 5 });

        Assert.Equal(5, (await call.ResponseStream.ReadAllAsync().ToListAsync()).Count);
        Assert.Equal(3, failing.Attempts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_all_messages_that_were_sent(bool readsFirst)
    {
        failing.Times = 2;
        failing.ReadsFirst = readsFirst ? 3 : 0;
        using var channel = Channel();
        using var call = new V1.EchoService.EchoServiceClient(channel).Collect();
        for (var i = 1; i <= 100; i++)
            await call.RequestStream.WriteAsync(new CollectRequest { Number = i });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(5050, (await call).Sum);
        Assert.Equal(3, failing.Attempts);
    }

    [Fact]
    public async Task With_a_stream_both_ways_up_to_its_first_answer()
    {
        failing.Times = 2;
        failing.ReadsFirst = 1;
        using var channel = Channel();
        using var call = new V1.EchoService.EchoServiceClient(channel).Chat();
        var texts = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new ChatRequest { Text = $"a{i}" });
            Assert.True(await call.ResponseStream.MoveNext());
            texts.Add(call.ResponseStream.Current.Text);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(["A0", "A1", "A2"], texts);
        Assert.Equal(3, failing.Attempts);
    }

    [Fact]
    public async Task Never_with_more_than_the_channel_keeps()
    {
        failing.Times = 1;
        using var channel = Channel(options => options.MaxRetryBufferPerCallSize = 100);

        await Assert.ThrowsAsync<RpcException>(() => Say(channel, new string('a', 200)));
        Assert.Equal(1, failing.Attempts);
        failing.Times = 2;
        Assert.Equal(5, (await Say(channel, "short")).Text.Length);
    }

    [Fact]
    public async Task Not_while_most_calls_fail()
    {
        failing.Times = 100;
        using var channel = Channel(throttling: new RetryThrottlingPolicy { MaxTokens = 4, TokenRatio = 0.5 });

        var attempts = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<RpcException>(() => Say(channel));
            attempts.Add(failing.Attempts);
        }
        // Eight that succeed give four tokens back.
        failing.Times = 0;
        for (var i = 0; i < 8; i++)
            await Say(channel);
        failing.Times = failing.Attempts + 1;
        await Say(channel);

        Assert.Equal([2, 3, 4], attempts);
    }

    [Fact]
    public async Task Only_within_the_call_s_deadline()
    {
        failing.Times = 100;
        using var channel = Channel(policy: policy => policy.InitialBackoff = policy.MaxBackoff = TimeSpan.FromHours(10));

        var error = await Assert.ThrowsAsync<RpcException>(() => new V1.EchoService.EchoServiceClient(channel)
            .SayAsync(new SayRequest(), deadline: DateTime.UtcNow.AddMilliseconds(500)).ResponseAsync.WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal((StatusCode.DeadlineExceeded, 1), (error.StatusCode, failing.Attempts));
    }

    [Fact]
    public async Task Not_after_the_caller_has_cancelled()
    {
        failing.Times = 100;
        using var channel = Channel(policy: policy => policy.InitialBackoff = policy.MaxBackoff = TimeSpan.FromHours(10));
        using var cancellation = new CancellationTokenSource();
        using var call = new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest(), cancellationToken: cancellation.Token);
        while (failing.Attempts == 0)
            await Task.Delay(10);
        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal((StatusCode.Cancelled, 1), (error.StatusCode, failing.Attempts));
    }

    [Theory]
    [InlineData(1, 1, 1.5)]
    [InlineData(2, 0, 1.5)]
    [InlineData(2, 1, 0)]
    public async Task Only_by_a_policy_that_is_complete(int attempts, int initialMilliseconds, double multiplier) =>
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            // Said when the channel is made, or with its first call.
            using var channel = Channel(policy: policy =>
            {
                policy.MaxAttempts = attempts;
                policy.InitialBackoff = TimeSpan.FromMilliseconds(initialMilliseconds);
                policy.BackoffMultiplier = multiplier;
            });
            await Say(channel);
        });

    private static async Task<SayResponse> Say(GrpcChannel channel, string text = "") =>
        await new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest { Text = text });

    private GrpcChannel Channel(Action<GrpcChannelOptions>? configure = null, Action<RetryPolicy>? policy = null, RetryThrottlingPolicy? throttling = null)
    {
        var retry = new RetryPolicy
        {
            MaxAttempts = 3,
            InitialBackoff = TimeSpan.FromMilliseconds(1),
            MaxBackoff = TimeSpan.FromMilliseconds(5),
            BackoffMultiplier = 2,
            RetryableStatusCodes = { StatusCode.Unavailable },
        };
        policy?.Invoke(retry);
        var options = new GrpcChannelOptions
        {
            ServiceConfig = new ServiceConfig
            {
                MethodConfigs = { new MethodConfig { Names = { new MethodName { Service = "facemix.tests.v1.EchoService" } }, RetryPolicy = retry } },
                RetryThrottling = throttling,
            },
        };
        configure?.Invoke(options);
        return GrpcChannel.ForAddress(server.Grpc, options);
    }

    public sealed class Failing : Interceptor
    {
        public int Times { get; set; }

        public StatusCode Code { get; set; } = StatusCode.Unavailable;

        public string? Pushback { get; set; }

        public int ReadsFirst { get; set; }

        public int Attempts => PreviousAttempts.Count;

        public List<string?> PreviousAttempts { get; } = [];

        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            await Fail(context);
            return await continuation(request, context);
        }

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            await Fail(context);
            await continuation(request, responseStream, context);
        }

        public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            await Fail(context, requestStream.MoveNext);
            return await continuation(requestStream, context);
        }

        public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            await Fail(context, requestStream.MoveNext);
            await continuation(requestStream, responseStream, context);
        }

        private async Task Fail(ServerCallContext context, Func<CancellationToken, Task<bool>>? read = null)
        {
            PreviousAttempts.Add(context.RequestHeaders.GetValue("grpc-previous-rpc-attempts"));
            if (Attempts > Times)
                return;
            for (var i = 0; i < ReadsFirst && read is not null; i++)
                await read(default);
            var trailers = new Metadata { { "why", "because" } };
            if (Pushback is not null)
                trailers.Add("grpc-retry-pushback-ms", Pushback);
            throw new RpcException(new Status(Code, "not now"), trailers);
        }
    }
}
