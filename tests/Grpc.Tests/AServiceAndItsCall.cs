using System.Net;
using FaceMix.Tests.V1;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests;

/// <summary>What a service learns of its call and what of its answer is seen on the wire.</summary>
public sealed class AServiceAndItsCall
{
    [Fact]
    public async Task The_context_tells_who_calls_what()
    {
        var (method, peer, host, deadline) = ("", "", "", default(DateTime));
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = (_, context) =>
            {
                (method, peer, host, deadline) = (context.Method, context.Peer, context.Host, context.Deadline);
                context.GetHttpContext().Items["put by"] = "http";
                Assert.Equal("http", context.UserState["put by"]);
                return Task.FromResult(new SayResponse());
            },
        });

        await server.Client.SayAsync(new SayRequest());

        Assert.Equal("/facemix.tests.v1.EchoService/Say", method);
        Assert.Matches("^ipv4:127.0.0.1:[0-9]+$", peer);
        Assert.Equal((server.Grpc.Authority, DateTime.MaxValue), (host, deadline));
    }

    [Fact]
    public async Task Bytes_in_metadata_arrive_with_or_without_padding()
    {
        var seen = new List<string>();
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = (_, context) =>
            {
                seen.AddRange(context.RequestHeaders.GetAll("x-bin").Select(entry => Convert.ToHexString(entry.ValueBytes)));
                return Task.FromResult(new SayResponse());
            },
        });

        await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest()), headers: ("x-bin", "AgM"));

        Assert.Equal(["0203"], seen);
    }

    [Fact]
    public async Task Headers_leave_before_the_first_message_and_only_once()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Exception? second = null;
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = async (_, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "a-word", "early" }, { "some-bin", [1, 2] } });
                second = await Record.ExceptionAsync(() => context.WriteResponseHeadersAsync([]));
                await held.Task;
                return new SayResponse();
            },
        });
        using var call = server.Client.SayAsync(new SayRequest());

        var headers = await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(20));
        held.SetResult();
        await call;

        Assert.Equal("early", headers.GetValue("a-word"));
        Assert.Equal(new byte[] { 1, 2 }, headers.GetValueBytes("some-bin"));
        Assert.IsType<InvalidOperationException>(second);
    }

    [Fact]
    public async Task An_error_without_a_message_is_one_frame_of_headers()
    {
        await using var server = await EchoServer.StartAsync();

        var call = await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest { Status = 5, Text = "none" }));

        Assert.True(call.IsTrailersOnly);
        Assert.Empty(call.Body);
        Assert.Equal((StatusCode.NotFound, "none", "asked for"), (call.Status, call.Message, call.Value("why")));
    }

    [Fact]
    public async Task A_status_set_on_the_context_ends_the_call_as_a_thrown_one_does()
    {
        await using var server = await ScriptedService.StartAsync(new()
        {
            Count = async (_, responses, context) =>
            {
                await responses.WriteAsync(new CountResponse { Number = 1 });
                context.Status = new Status(StatusCode.DataLoss, "half of it is gone");
            },
        });

        var call = await RawCall.SendAsync(server.Grpc, "Count", RawCall.Framed(new CountRequest()));

        Assert.Equal((1, StatusCode.DataLoss, "half of it is gone"), (call.Frames.Count, call.Status, call.Message));
    }

    [Fact]
    public async Task No_response_is_an_error()
    {
        await using var server = await ScriptedService.StartAsync(new() { Say = (_, _) => Task.FromResult<SayResponse>(null!) });

        var call = await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest()));

        Assert.Equal((StatusCode.Cancelled, "No message returned from method."), (call.Status, call.Message));
    }

    [Theory]
    [InlineData("plain words", "plain words")]
    [InlineData("100 %", "100 %25")]
    [InlineData("a\r\nb\tc\u0000\u007f", "a%0D%0Ab%09c%00%7F")]
    [InlineData("façade 😀", "fa%C3%A7ade %F0%9F%98%80")]
    public async Task The_text_of_a_status_is_percent_encoded(string text, string expected)
    {
        await using var server = await ScriptedService.StartAsync(new() { Say = (_, _) => throw new RpcException(new Status(StatusCode.Aborted, text)) });

        Assert.Equal(expected, (await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest()))).Message);
    }

    [Fact]
    public async Task Half_a_pair_in_the_text_of_a_status_is_replaced()
    {
        await using var server = await ScriptedService.StartAsync(new() { Say = (_, _) => throw new RpcException(new Status(StatusCode.Aborted, "half \ud83d a pair")) });

        Assert.Equal("half %EF%BF%BD a pair", (await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest()))).Message);
    }

    [Fact]
    public async Task Any_text_of_a_status_comes_back_as_it_was()
    {
        await using var server = await ScriptedService.StartAsync(new() { Say = (request, _) => throw new RpcException(new Status(StatusCode.Aborted, request.Text)) });

        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>().Filter(text => IsUnicode(text.Get)), text =>
        {
            var error = Assert.Throws<RpcException>(() => server.Client.Say(new SayRequest { Text = text.Get }));
            Assert.Equal(text.Get, error.Status.Detail);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_service_has_limits_of_its_own()
    {
        await using var server = await EchoServer.StartAsync(
            options => options.MaxReceiveMessageSize = 100,
            services => services.AddGrpc().AddServiceOptions<EchoService>(options =>
            {
                options.MaxReceiveMessageSize = 2000;
                options.MaxSendMessageSize = 1000;
            }));

        Assert.NotNull(await server.Client.SayAsync(new SayRequest { Payload = ByteString.CopyFrom(new byte[1500]) }));
        foreach (var tooLarge in new[] { new SayRequest { Payload = ByteString.CopyFrom(new byte[2001]) }, new SayRequest { PayloadSize = 1001 } })
            Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => server.Client.SayAsync(tooLarge).ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Interceptors_of_all_services_stand_outside_those_of_one()
    {
        var own = new Noting("registered");
        await using var server = await EchoServer.StartAsync(
            options => options.Interceptors.Add<Noting>("global"),
            services => services.AddSingleton(own).AddGrpc().AddServiceOptions<EchoService>(options =>
            {
                options.Interceptors.Add<Noting>();
                options.Interceptors.Add(typeof(Noting), "argument");
            }));
        using var call = server.Client.Count(new CountRequest { To = 1 });

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(["argument", "registered", "global"], call.GetTrailers().GetAll("noted").Select(entry => entry.Value));
        Assert.Equal((1, 0), (own.Calls, own.Disposed));
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpcish", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpc+proto", HttpStatusCode.OK)]
    [InlineData("application/grpc; charset=utf-8", HttpStatusCode.OK)]
    public async Task The_content_type_says_what_is_a_call(string type, HttpStatusCode answer)
    {
        await using var server = await EchoServer.StartAsync();

        var call = await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest()), type);

        Assert.Equal((answer, answer == HttpStatusCode.OK ? StatusCode.OK : StatusCode.Internal), (call.Response.StatusCode, call.Status));
    }

    private static bool IsUnicode(string text) => !System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)).Contains('\ufffd');

    private sealed class Noting(string name) : Interceptor, IDisposable
    {
        public int Calls;
        public int Disposed;

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            Calls++;
            await continuation(request, responseStream, context);
            context.ResponseTrailers.Add("noted", name);
        }

        public void Dispose() => Disposed++;
    }
}
