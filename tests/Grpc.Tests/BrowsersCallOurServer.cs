using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FaceMix.Tests.V1;
using Google.Protobuf;
using Xunit;

namespace FaceMix.Tests;

/// <summary>gRPC-Web over HTTP/1.1.</summary>
public sealed class BrowsersCallOurServer : IAsyncLifetime
{
    private EchoServer server = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        server = await EchoServer.StartAsync();
        http = new HttpClient { BaseAddress = server.Web };
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_binary_form_ends_with_a_frame_of_trailers()
    {
        var (response, body) = await Post("Say", new SayRequest { Text = "hello" }, "application/grpc-web+proto");

        Assert.Equal("application/grpc-web", response.Content.Headers.ContentType!.ToString());
        var (messages, trailers) = Frames(body);
        Assert.Equal("hello", SayResponse.Parser.ParseFrom(Assert.Single(messages)).Text);
        Assert.Contains("grpc-status: 0\r\n", trailers);
        Assert.Contains("echo-bytes-bin: AAH/\r\n", trailers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100_000)]
    public async Task The_text_form_is_base64_both_ways(int size)
    {
        var (response, body) = await Post("Say", new SayRequest { Text = new string('a', size), PayloadSize = size }, "application/grpc-web-text");

        Assert.Equal("application/grpc-web-text", response.Content.Headers.ContentType!.ToString());
        var (messages, trailers) = Frames(Decoded(Encoding.ASCII.GetString(body)));
        var said = SayResponse.Parser.ParseFrom(Assert.Single(messages));
        Assert.Equal((size, size), (said.Text.Length, said.Payload.Length));
        Assert.Contains("grpc-status: 0\r\n", trailers);
    }

    [Fact]
    public async Task A_stream_of_responses_is_as_many_frames()
    {
        var (_, body) = await Post("Count", new CountRequest { To = 50, FailsAfter = 20 }, "application/grpc-web");

        var (messages, trailers) = Frames(body);
        Assert.Equal(Enumerable.Range(1, 20), messages.Select(each => CountResponse.Parser.ParseFrom(each).Number));
        Assert.Contains("grpc-status: 10\r\ngrpc-message: stopped at 20\r\n", trailers);
    }

    [Fact]
    public async Task An_error_without_a_message_is_in_the_headers()
    {
        var (response, body) = await Post("Say", new SayRequest { Status = 5, Text = "none" }, "application/grpc-web");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(body);
        Assert.Equal("5", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("none", response.Headers.GetValues("grpc-message").Single());
    }

    [Fact]
    public async Task An_unknown_method_is_unimplemented()
    {
        var (response, _) = await Post("Nothing", new SayRequest(), "application/grpc-web");

        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Plain_grpc_over_http_1_is_refused()
    {
        var (response, _) = await Post("Say", new SayRequest(), "application/grpc");

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task Pages_beside_the_services_are_still_found() =>
        Assert.Equal("a page", await http.GetStringAsync("/some/thing"));

    private async Task<(HttpResponseMessage Response, byte[] Body)> Post(string method, IMessage message, string type)
    {
        var bytes = message.ToByteArray();
        var framed = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), bytes.Length);
        bytes.CopyTo(framed, 5);
        var content = new ByteArrayContent(type.Contains("text") ? Encoding.ASCII.GetBytes(Convert.ToBase64String(framed)) : framed);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/facemix.tests.v1.EchoService/{method}") { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        var response = await http.SendAsync(request);
        return (response, await response.Content.ReadAsByteArrayAsync());
    }

    // Each flush may have padding of its own.
    private static byte[] Decoded(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i += 4)
            bytes.AddRange(Convert.FromBase64String(text.Substring(i, 4)));
        return [.. bytes];
    }

    private static (List<byte[]> Messages, string Trailers) Frames(byte[] body)
    {
        var messages = new List<byte[]>();
        for (var at = 0; at < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            var frame = body.AsSpan(at + 5, length);
            if (body[at] == 0x80)
            {
                Assert.Equal(body.Length, at + 5 + length);
                return (messages, Encoding.ASCII.GetString(frame));
            }
            messages.Add(frame.ToArray());
            at += 5 + length;
        }
        throw new InvalidDataException("The body has no frame of trailers.");
    }
}
