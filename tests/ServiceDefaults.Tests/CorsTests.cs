using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services.V1;
using Google.Protobuf;
using Xunit;

namespace FaceMix.Tests.Services;

/// <summary>gRPC-Web from a page of another host: what the browser asks beforehand, and what it lets the page see.</summary>
public sealed class CorsTests
{
    private const string Page = "https://faces.example";
    private const string Method = "/facemix.tests.counting.v1.CountingService/";

    [Fact]
    public async Task A_page_that_is_named_may_call_with_any_header()
    {
        await using var service = await StartAsync();

        var answer = await AskAsync(service, Page, "content-type,x-grpc-web,authorization,grpc-timeout");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal((Page, "POST"), (Value(answer, "Access-Control-Allow-Origin"), Value(answer, "Access-Control-Allow-Methods")));
        Assert.Equal("content-type,x-grpc-web,authorization,grpc-timeout", Value(answer, "Access-Control-Allow-Headers"));
    }

    [Fact]
    public async Task Another_page_may_not_nor_any_page_unless_it_is_said()
    {
        await using var service = await StartAsync();
        await using var closed = await RunningService.StartAsync();

        Assert.Null(Value(await AskAsync(service, "https://elsewhere.example", "content-type"), "Access-Control-Allow-Origin"));
        Assert.Null(Value(await AskAsync(closed, Page, "content-type"), "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/grpc-web-text")]
    public async Task The_page_sees_messages_as_they_come_and_the_status(string type)
    {
        await using var service = await StartAsync();

        using var response = await CallAsync(service, "Count", new CountRequest { To = 3, PauseMs = 300 }, type);

        Assert.Equal(Page, Value(response, "Access-Control-Allow-Origin"));
        var body = await response.Content.ReadAsStreamAsync();
        var frame = type.Contains("text") ? 12 : 7;
        Assert.InRange(await body.ReadAtLeastAsync(new byte[100], frame), frame, (2 * frame) - 1);
        using var rest = new StreamReader(body);
        var last = await rest.ReadToEndAsync();
        Assert.Contains("grpc-status: 0", type.Contains("text") ? Encoding.ASCII.GetString(Convert.FromBase64String(last[^28..])) : last);
    }

    [Fact]
    public async Task The_page_sees_a_status_without_messages_and_its_details()
    {
        await using var service = await StartAsync();

        using var response = await CallAsync(service, "Nothing", new WhereRequest(), "application/grpc-web");

        Assert.Equal("12", Value(response, "grpc-status"));
        var exposed = Value(response, "Access-Control-Expose-Headers")!.Split(',');
        Assert.Subset(exposed.ToHashSet(), new HashSet<string> { "grpc-status", "grpc-message", "grpc-status-details-bin" });
    }

    [Fact]
    public async Task All_pages_may_call_where_it_is_said()
    {
        await using var service = await StartAsync("*");

        Assert.Equal("*", Value(await AskAsync(service, "https://any.example", "content-type"), "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("faces.example")]
    [InlineData("https://faces.example/page")]
    [InlineData("ftp://faces.example")]
    public void What_is_no_origin_stops_the_start_with_a_sentence(string origin) =>
        Assert.Contains($"'{origin}'", Assert.Throws<StartException>(() => RunningService.Build([$"--Cors:Origins:0={origin}"])).Message);

    private static Task<RunningService> StartAsync(string origin = Page) =>
        RunningService.StartAsync($"--Cors:Origins:0={origin}");

    private static async Task<HttpResponseMessage> AskAsync(RunningService service, string origin, string headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Method + "Where");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return await service.Http.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> CallAsync(RunningService service, string method, IMessage message, string type)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        var content = new ByteArrayContent(type.Contains("text") ? Encoding.ASCII.GetBytes(Convert.ToBase64String(frame)) : frame);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, Method + method) { Content = content };
        request.Headers.Add("Origin", Page);
        request.Headers.Add("Accept", type);
        return await service.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static string? Value(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) ? string.Join(',', values) : null;
}
