using System.Net;
using System.Net.Http.Headers;
using FaceMix.Tests.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests;

/// <summary>Bytes that no client should send, over plain HTTP/2.</summary>
public sealed class BrokenRequestsAreRefused : IAsyncLifetime
{
    private EchoServer server = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        server = await EchoServer.StartAsync();
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = server.Grpc,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("", "nothing at all")]
    [InlineData("000000", "half a header")]
    [InlineData("000000000A0801", "a message cut short")]
    [InlineData("07000000020A00", "a flag that nobody knows")]
    [InlineData("01000000020A00", "compressed, but not said how")]
    [InlineData("00000000020A00" + "00000000020A00", "two messages where one is due")]
    [InlineData("0000000002FFFF", "no message of that type")]
    [InlineData("00FFFFFFFF", "four gibibytes announced")]
    public async Task A_body_that_is_no_message_ends_with_a_status_and_harms_no_one(string hex, string what)
    {
        var (response, status) = await Post(Convert.FromHexString(hex), "application/grpc");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(status is not null and not "0", what);
        Assert.Equal("still there", (await server.Client.SayAsync(new SayRequest { Text = "still there" })).Text);
    }

    [Fact]
    public async Task Another_kind_of_content_is_no_call() =>
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Post([], "application/json")).Response.StatusCode);

    [Fact]
    public async Task A_timeout_that_is_no_time_is_as_good_as_none()
    {
        using var call = server.Client.SayAsync(new SayRequest { Text = "hello" }, new Metadata { { "grpc-timeout", "soon" } });

        Assert.Equal("hello", (await call).Text);
    }

    private async Task<(HttpResponseMessage Response, string? Status)> Post(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        var response = await http.PostAsync("/facemix.tests.v1.EchoService/Say", content);
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (response, headers.TryGetValues("grpc-status", out var values) ? values.Single() : null);
    }
}
