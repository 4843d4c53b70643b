using System.Net;
using System.Net.Http.Headers;
using FaceMix.Tests.Services.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Serilog.Events;
using Xunit;

namespace FaceMix.Tests.Services;

/// <summary>Alone, because each service of this process shows the meters of all.</summary>
[Collection(nameof(CallMonitorTests))]
[CollectionDefinition(nameof(CallMonitorTests), DisableParallelization = true)]
public sealed class CallMonitorTests : IAsyncLifetime
{
    private const string Service = "facemix.tests.counting.v1.CountingService/";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static readonly Metadata Traced = new() { { "traceparent", $"00-{Trace}-b7ad6b7169203331-01" } };

    private RunningService service = null!;

    public async Task InitializeAsync() => service = await RunningService.StartAsync();

    public async Task DisposeAsync() => await service.DisposeAsync();

    [Theory]
    [InlineData("invalid", "INVALID_ARGUMENT", LogEventLevel.Information)]
    [InlineData("mapped", "NOT_FOUND", LogEventLevel.Information)]
    [InlineData("unexpected", "INTERNAL", LogEventLevel.Error)]
    [InlineData("outage", "UNAVAILABLE", LogEventLevel.Error)]
    public async Task A_handler_that_fails_is_counted_by_its_status_and_logged_once_with_its_trace(string how, string status, LogEventLevel level)
    {
        await Assert.ThrowsAsync<RpcException>(async () => await service.Client.FailAsync(new FailRequest { How = how }, Traced));

        await ExpectAsync(Service + "Fail", status, level);
        Assert.Equal(level == LogEventLevel.Error, CallsLogged().Single().Exception is not null);
    }

    [Fact]
    public async Task A_call_that_succeeds_is_counted_and_not_logged()
    {
        await service.Client.WhereAsync(new WhereRequest());

        var page = await MetricsPage.ReadUntilAsync(service.Http, page => page.Calls(Service + "Where", "OK") == 1);

        page.CheckForm();
        Assert.Equal(1, page.Value("rpc_server_call_duration_seconds_bucket", ("rpc_method", Service + "Where"), ("le", "10")));
        Assert.Empty(CallsLogged());
    }

    [Theory]
    [InlineData("facemix.tests.counting.v1.CountingService")]
    [InlineData("no.such.Service")]
    public async Task Unknown_methods_are_counted_together_as_UNIMPLEMENTED(string name)
    {
        var method = new Method<byte[], byte[]>(MethodType.Unary, name, "Guess" + new string('s', 1000), Marshallers.Create<byte[]>(x => x, x => x), Marshallers.Create<byte[]>(x => x, x => x));
        using var call = service.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(Traced), []);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        await ExpectAsync("_OTHER", "UNIMPLEMENTED", LogEventLevel.Information);
        Assert.InRange(CallsLogged().Single().RenderMessage().Length, 100, 400);
    }

    [Fact]
    public async Task A_call_that_its_caller_cancels_is_CANCELLED()
    {
        using var leave = new CancellationTokenSource();
        using var call = service.Client.Count(new CountRequest { To = 1000, PauseMs = 100 }, Traced, cancellationToken: leave.Token);
        Assert.True(await call.ResponseStream.MoveNext());

        await leave.CancelAsync();

        await ExpectAsync(Service + "Count", "CANCELLED", LogEventLevel.Information);
    }

    [Fact]
    public async Task A_call_that_outlives_its_deadline_is_DEADLINE_EXCEEDED()
    {
        using var call = service.Client.Count(new CountRequest { To = 1000, PauseMs = 100 }, Traced, deadline: DateTime.UtcNow.AddSeconds(1));
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext())
            {
            }
        });

        await ExpectAsync(Service + "Count", "DEADLINE_EXCEEDED", LogEventLevel.Warning);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_the_callers_fault()
    {
        var method = new Method<byte[], byte[]>(MethodType.Unary, Service[..^1], "Fail", Marshallers.Create<byte[]>(x => x, x => x), Marshallers.Create<byte[]>(x => x, x => x));
        using var call = service.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(Traced), [0xff, 0xff]);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        await ExpectAsync(Service + "Fail", "UNKNOWN", LogEventLevel.Information);
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("application/grpc-web", "half")]
    public async Task A_request_that_is_no_gRPC_message_is_the_callers_fault(string type, string body)
    {
        using var content = new StringContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/" + Service + "Where") { Content = content, Headers = { { Traced[0].Key, Traced[0].Value } } };
        using var response = await service.Http.SendAsync(request);

        await ExpectAsync(Service + "Where", "INTERNAL", LogEventLevel.Information);
    }

    [Theory]
    [InlineData("Where", "", "OK", 0)]
    [InlineData("Fail", "invalid", "INVALID_ARGUMENT", 1)]
    [InlineData("Fail", "unexpected", "INTERNAL", 1)]
    public async Task Over_gRPC_Web_the_same_statuses_are_counted(string method, string how, string status, int logged)
    {
        using var response = await WebAsync(method, new FailRequest { How = how });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await MetricsPage.ReadUntilAsync(service.Http, page => page.Calls(Service + method, status) == 1);
        Assert.Equal(logged, CallsLogged().Count());
    }

    [Fact]
    public async Task Over_gRPC_Web_an_unknown_method_is_UNIMPLEMENTED()
    {
        using var response = await WebAsync("Guess", new WhereRequest());

        await MetricsPage.ReadUntilAsync(service.Http, page => page.Calls("_OTHER", "UNIMPLEMENTED") == 1);
        Assert.Single(CallsLogged());
    }

    [Fact]
    public async Task Over_gRPC_Web_a_page_that_goes_away_is_CANCELLED()
    {
        using (var response = await WebAsync("Count", new CountRequest { To = 1000, PauseMs = 50 }))
            Assert.NotEqual(-1, (await response.Content.ReadAsStreamAsync()).ReadByte());

        await MetricsPage.ReadUntilAsync(service.Http, page => page.Calls(Service + "Count", "CANCELLED") == 1);
        Assert.Equal(LogEventLevel.Information, Assert.Single(CallsLogged()).Level);
    }

    [Fact]
    public async Task What_is_no_gRPC_call_is_counted_as_HTTP_alone()
    {
        await service.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative));
        await new Health.HealthClient(service.Channel).CheckAsync(new HealthCheckRequest());

        var page = await MetricsPage.ReadUntilAsync(service.Http, page => page.Calls("grpc.health.v1.Health/Check", "OK") == 1);

        page.CheckForm();
        Assert.Equal(1, page.Value("http_server_request_duration_seconds_count", ("http_route", "/healthz"), ("http_response_status_code", "200")));
        Assert.Equal(["grpc.health.v1.Health/Check"], page.Labels("rpc_server_call_duration_seconds_count", "rpc_method"));
    }

    private async Task ExpectAsync(string method, string status, LogEventLevel level)
    {
        var page = await MetricsPage.ReadUntilAsync(service.Http, page => page.Calls(method, status) == 1);
        page.CheckForm();
        Assert.Equal(1, page.Value("rpc_server_call_duration_seconds_count", ("rpc_system_name", "grpc")));
        var logged = Assert.Single(CallsLogged());
        Assert.Equal((level, Trace), (logged.Level, $"{logged.TraceId}"));
        Assert.Contains(status, logged.RenderMessage(), StringComparison.Ordinal);
    }

    // Everything from information on that is not about starting: nobody else may say it too.
    private IEnumerable<LogEvent> CallsLogged() => service.Log.Where(each => !each.MessageTemplate.Text.Contains("listens on", StringComparison.Ordinal));

    private async Task<HttpResponseMessage> WebAsync(string method, IMessage message)
    {
        var frame = new byte[5 + message.CalculateSize()];
        frame[4] = (byte)(frame.Length - 5);
        message.ToByteArray().CopyTo(frame, 5);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/" + Service + method) { Content = new ByteArrayContent(frame) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc-web+proto");
        return await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
