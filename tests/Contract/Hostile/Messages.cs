using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Core;

namespace FaceMix.Tests.Contract.Hostile;

/// <summary>Right HTTP with wrong gRPC in it, and the statuses that may come of it.</summary>
internal static partial class Messages
{
    private const int Limit = 4 * 1024 * 1024;
    private static readonly byte[] Bomb = Gzip(256 * 1024 * 1024);

    /// <summary>A body, the statuses allowed for it, and more headers.</summary>
    public sealed record Case(string Name, byte[] Body, string[] Allowed, params (string Name, string Value)[] Headers);

    public static Case Good(byte[] message) => new("a good message", Frames.Message(message), ["OK"]);

    // UNKNOWN is what Grpc.AspNetCore makes of an exception while it reads; the protocol would say INTERNAL.
    public static Case[] All(byte[] good) =>
    [
        Good(good),
        new("no message", [], ["Internal"]),
        new("half a header", [0, 0], ["Internal"]),
        new("a message cut short", Frames.Message(new byte[100])[..50], ["Internal"]),
        new("a length that lies", Frames.Message(good, length: 1000), ["Internal"]),
        new("a length beyond the limit", Frames.Message(good, length: Limit + 1), ["ResourceExhausted"]),
        new("a length of 4 GiB", Frames.Message(good, length: uint.MaxValue), ["ResourceExhausted", "Unknown"]),
        new("a message beyond the limit", Frames.Message(new byte[Limit + 1]), ["ResourceExhausted"]),
        new("two messages", [.. Frames.Message(good), .. Frames.Message(good)], ["Internal"]),
        new("a flag that is none", Frames.Message(good, flag: 7), ["Internal", "Unknown"]),
        new("noise", Frames.Message([.. Enumerable.Repeat((byte)0xFF, 12)]), ["Internal", "Unknown"]),
        new("compressed without an encoding", Frames.Message(good, flag: 1), ["Internal"]),
        new("compressed as identity", Frames.Message(good, flag: 1), ["Internal"], ("grpc-encoding", "identity")),
        new("an unknown encoding", Frames.Message(good, flag: 1), ["Unimplemented"], ("grpc-encoding", "snappy")),
        new("gzip that is none", Frames.Message([1, 2, 3], flag: 1), ["Internal", "Unknown"], ("grpc-encoding", "gzip")),
        new("gzip cut short", Frames.Message(Gzip(1000)[..15], flag: 1), ["Internal", "Unknown"], ("grpc-encoding", "gzip")),
        new("gzip of 256 MiB", Frames.Message(Bomb, flag: 1), ["ResourceExhausted"], ("grpc-encoding", "gzip")),
        new("metadata that is no base64", Frames.Message(good), ["OK"], ("x-some-bin", "!!!!")),
        new("a timeout that is none", Frames.Message(good), ["OK"], ("grpc-timeout", "soon")),
    ];

    /// <summary>What a service makes of a case: the name of its gRPC status, or that of HTTP.</summary>
    /// <param name="client">Sends it.</param>
    /// <param name="method">The method's address; at the HTTP/1.1 port the case is sent as gRPC-Web.</param>
    /// <param name="isWeb">Whether it is that port.</param>
    /// <param name="case">What to send.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<string> SendAsync(HttpMessageInvoker client, Uri method, bool isWeb, Case @case, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = isWeb ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(@case.Body),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", isWeb ? "application/grpc-web+proto" : "application/grpc");
        foreach (var (name, value) in @case.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, cancel);
        var body = Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync(cancel));
        if (response.StatusCode != HttpStatusCode.OK)
            return $"HTTP {(int)response.StatusCode}";
        // gRPC-Web's trailers are the end of the body.
        var status = response.Headers.Concat(response.TrailingHeaders).FirstOrDefault(header => header.Key == "grpc-status").Value?.Single()
            ?? WebStatus().Match(body).Groups[1].Value;
        return $"{(StatusCode)int.Parse(status, CultureInfo.InvariantCulture)}";
    }

    [GeneratedRegex("grpc-status: ([0-9]+)")]
    private static partial Regex WebStatus();

    private static byte[] Gzip(int zeros)
    {
        var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize))
        {
            var block = new byte[1 << 16];
            for (var left = zeros; left > 0; left -= block.Length)
                gzip.Write(block, 0, Math.Min(left, block.Length));
        }
        return target.ToArray();
    }
}
