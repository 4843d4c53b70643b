using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace FaceMix.Tests.Studio;

/// <summary>What may go wrong on the way, and what the page is told.</summary>
public class ForwardingTests
{
    private const string Generate = "/facemix.decoder.v1.DecoderService/Generate";
    private const int DeadlineExceeded = 4, ResourceExhausted = 8, Unimplemented = 12, Unavailable = 14;

    [Fact]
    public async Task A_service_that_is_down_is_unavailable_by_name()
    {
        await using var studio = await StudioUnderTest.StartAsync(NobodyListens());

        using var response = await studio.CallAsync(Generate);

        var (status, message) = await StudioUnderTest.TrailersOfAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Unavailable, status);
        Assert.Equal("The decoder does not answer. Is it running?", message);
    }

    [Theory]
    [InlineData(502, Unavailable)]
    [InlineData(500, Unavailable)]
    [InlineData(404, Unimplemented)]
    public async Task An_answer_that_is_not_grpc_web_becomes_a_status(int http, int expected)
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = http;
            return context.Response.WriteAsync("<html>");
        });
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);

        using var response = await studio.CallAsync(Generate);

        var (status, _) = await StudioUnderTest.TrailersOfAsync(response);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task A_service_that_takes_too_long_exceeds_the_deadline()
    {
        await using var upstream = await Upstream.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address,
            settings: "Studio:CallTimeout=00:00:00.2");

        using var response = await studio.CallAsync(Generate);

        var (status, message) = await StudioUnderTest.TrailersOfAsync(response);
        Assert.Equal(DeadlineExceeded, status);
        Assert.Equal("The decoder took too long.", message);
    }

    [Fact]
    public async Task An_answer_that_trickles_on_past_the_limit_is_cut_off()
    {
        var givenUp = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            await using var registration = context.RequestAborted.Register(() => givenUp.TrySetResult());
            context.Response.ContentType = "application/grpc-web+proto";
            while (!givenUp.Task.IsCompleted)
            {
                await context.Response.Body.WriteAsync(new byte[1]);
                await Task.Delay(10);
            }
        });
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address,
            settings: "Studio:CallTimeout=00:00:00.5");

        await Assert.ThrowsAsync<HttpRequestException>(() => studio.CallAsync(Generate));
        await givenUp.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_call_that_the_page_gives_up_is_given_up_at_the_service()
    {
        var arrived = new TaskCompletionSource();
        var givenUp = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            await using var registration = context.RequestAborted.Register(() => givenUp.TrySetResult());
            arrived.TrySetResult();
            await givenUp.Task;
        });
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);
        using var leave = new CancellationTokenSource();

        var call = studio.CallAsync(Generate, cancel: leave.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await givenUp.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_over_the_limit_is_refused(bool chunked)
    {
        await using var upstream = await Upstream.StartAsync(Upstream.Echo);
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address,
            settings: "Studio:MaxRequestBytes=1024");
        HttpContent body = chunked ? new UnknownLength(5000) : new ByteArrayContent(new byte[5000]);

        using var response = await studio.CallAsync(Generate, body);

        var (status, message) = await StudioUnderTest.TrailersOfAsync(response);
        Assert.Equal(ResourceExhausted, status);
        Assert.Contains("1024", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_call_too_many_is_refused_at_the_door()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            arrived.TrySetResult();
            await release.Task;
            await Upstream.Echo(context);
        });
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address,
            settings: "Studio:MaxConcurrentCalls=1");

        var first = studio.CallAsync(Generate);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        using var second = await studio.CallAsync(Generate);
        release.SetResult();
        using var answered = await first;

        Assert.Equal(ResourceExhausted, (await StudioUnderTest.TrailersOfAsync(second)).Status);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task A_status_of_the_service_reaches_the_page_as_it_is()
    {
        await using var upstream = await Upstream.StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc-web+proto";
            context.Response.Headers["grpc-status"] = "3";
            context.Response.Headers["grpc-message"] = "count must be 1 to 64";
            context.Response.Headers["grpc-status-details-bin"] = "CAM";
            return Task.CompletedTask;
        });
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);

        using var response = await studio.CallAsync(Generate);

        Assert.Equal("3", Assert.Single(response.Headers.GetValues("grpc-status")));
        Assert.Equal("count must be 1 to 64", Assert.Single(response.Headers.GetValues("grpc-message")));
        Assert.Equal("CAM", Assert.Single(response.Headers.GetValues("grpc-status-details-bin")));
    }

    [Fact]
    public async Task Cookies_and_credentials_of_the_caller_stay_here()
    {
        await using var upstream = await Upstream.StartAsync(Upstream.Echo);
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, Generate) { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc-web+proto");
        request.Headers.Add("Cookie", "a=b");
        request.Headers.Add("Authorization", "Bearer writer");
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("grpc-timeout", "5S");

        using var response = await studio.Client.SendAsync(request);

        var (_, headers) = Assert.Single(upstream.Asked);
        Assert.Equal("5S", headers["grpc-timeout"]);
        Assert.DoesNotContain(headers, header => header.Key is "Cookie" or "Authorization" or "X-Forwarded-For");
    }

    private static Uri NobodyListens()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }

    /// <summary>A body that does not say beforehand how long it is.</summary>
    private sealed class UnknownLength(int bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync(new byte[bytes]).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
