using System.IO.Compression;
using FaceMix.Tests.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests;

public sealed class OurServerCompresses
{
    private static readonly SayRequest Large = new() { Text = new string('a', 50_000) };

    [Theory]
    [InlineData("identity,deflate,gzip", true)]
    [InlineData("identity, gzip", true)]
    [InlineData("identity,deflate", false)]
    [InlineData("gzipped", false)]
    [InlineData(null, false)]
    public async Task Responses_are_compressed_if_the_caller_accepts_it(string? accepted, bool compresses)
    {
        await using var server = await EchoServer.StartAsync(options => options.ResponseCompressionAlgorithm = "gzip");

        var call = await SendAsync(server, RawCall.Framed(Large), ("grpc-accept-encoding", accepted));

        var (flag, bytes) = Assert.Single(call.Frames);
        Assert.Equal((StatusCode.OK, compresses ? 1 : 0), (call.Status, flag));
        Assert.Equal(compresses ? "gzip" : null, Encoding(call));
        Assert.Equal(compresses, bytes.Length < 5_000);
        Assert.Equal(50_000, SayResponse.Parser.ParseFrom(compresses ? Unpacked(bytes) : bytes).Text.Length);
    }

    [Fact]
    public async Task A_message_may_be_excepted()
    {
        await using var server = await ScriptedService.StartAsync(
            new()
            {
                Count = async (_, responses, _) =>
                {
                    foreach (var flags in new[] { default, WriteFlags.NoCompress, default })
                    {
                        responses.WriteOptions = new WriteOptions(flags);
                        await responses.WriteAsync(new CountResponse { Number = 1 });
                    }
                },
            },
            options => options.ResponseCompressionAlgorithm = "gzip");

        var call = await RawCall.SendAsync(server.Grpc, "Count", RawCall.Framed(new CountRequest()), headers: ("grpc-accept-encoding", "gzip"));

        Assert.Equal<byte>([1, 0, 1], call.Frames.Select(frame => frame.Flag));
        Assert.Equal("gzip", Encoding(call));
    }

    [Fact]
    public async Task A_service_may_choose_the_compression_of_one_call()
    {
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = async (request, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "grpc-internal-encoding-request", "gzip" } });
                return new SayResponse { Text = request.Text };
            },
        });

        var call = await SendAsync(server, RawCall.Framed(Large), ("grpc-accept-encoding", "gzip"));

        Assert.Equal((1, "gzip"), (Assert.Single(call.Frames).Flag, Encoding(call)));
        Assert.False(call.Response.Headers.Contains("grpc-internal-encoding-request"));
    }

    [Fact]
    public async Task Compressed_requests_are_read()
    {
        await using var server = await EchoServer.StartAsync();

        var call = await SendAsync(server, RawCall.Framed(1, Packed(Large.ToByteArray())), ("grpc-encoding", "gzip"));

        Assert.Equal(StatusCode.OK, call.Status);
        Assert.Equal(50_000, SayResponse.Parser.ParseFrom(Assert.Single(call.Frames).Bytes).Text.Length);
    }

    [Fact]
    public async Task A_request_may_be_uncompressed_though_its_call_compresses()
    {
        await using var server = await EchoServer.StartAsync();

        Assert.Equal(StatusCode.OK, (await SendAsync(server, RawCall.Framed(Large), ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task A_compression_unknown_here_is_unimplemented_and_those_known_are_named()
    {
        await using var server = await EchoServer.StartAsync();

        var call = await SendAsync(server, RawCall.Framed(1, [1, 2, 3]), ("grpc-encoding", "snappy"));

        Assert.Equal(StatusCode.Unimplemented, call.Status);
        Assert.StartsWith("identity,gzip", call.Response.Headers.GetValues("grpc-accept-encoding").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_and_not_their_compressed_bytes_have_the_limit()
    {
        await using var server = await EchoServer.StartAsync(options =>
        {
            options.MaxReceiveMessageSize = 10_000;
            options.MaxSendMessageSize = 10_000;
            options.ResponseCompressionAlgorithm = "gzip";
        });

        var request = await SendAsync(server, RawCall.Framed(1, Packed(Large.ToByteArray())), ("grpc-encoding", "gzip"));
        var response = await SendAsync(server, RawCall.Framed(new SayRequest { PayloadSize = 20_000 }), ("grpc-accept-encoding", "gzip"));

        Assert.Equal([StatusCode.ResourceExhausted, StatusCode.ResourceExhausted], [request.Status, response.Status]);
    }

    private static Task<RawCall> SendAsync(EchoServer server, byte[] body, (string Name, string? Value) header) =>
        RawCall.SendAsync(server.Grpc, "Say", body, headers: header.Value is { } value ? [(header.Name, value)] : []);

    private static string? Encoding(RawCall call) =>
        call.Response.Headers.TryGetValues("grpc-encoding", out var values) ? values.Single() : null;

    private static byte[] Packed(byte[] bytes)
    {
        var target = new MemoryStream();
        using (var stream = new GZipStream(target, CompressionLevel.Fastest))
            stream.Write(bytes);
        return target.ToArray();
    }

    private static byte[] Unpacked(byte[] bytes)
    {
        var target = new MemoryStream();
        using var stream = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        stream.CopyTo(target);
        return target.ToArray();
    }
}
