namespace FaceMix.Tests.Contract.Hostile;

/// <summary>Wrong HTTP/2, and right HTTP/2 at the wrong pace, and the ends that may come of it.</summary>
internal static class Connections
{
    /// <summary>Bytes of a connection of their own; the end waited for is the connection's, or that of the stream given.</summary>
    public sealed record Case(string Name, byte[] Bytes, string[] Allowed, int Stream = 0, bool HangsUp = false);

    public static Case[] All(string path, byte[] good)
    {
        var call = Frames.Call(1, path);
        return
        [
            new("a good call", [.. Frames.Greeting(), .. Frames.WholeCall(1, path, good)], ["answered"], Stream: 1),
            new("noise", [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 31))], ["goaway ProtocolError", "closed"]),
            new("HTTP/1.1", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), ["goaway ProtocolError", "closed"]),
            new("half a preface", Frames.Preface[..10], ["goaway NoError", "closed"], HangsUp: true),
            new("a frame cut short", [.. Frames.Greeting(), .. call[..20]], ["goaway NoError", "closed"], HangsUp: true),
            Broken("data on no stream", Frames.Of(FrameType.Data, 0, 0, 1), "goaway ProtocolError"),
            Broken("data before headers", Frames.Of(FrameType.Data, 0, 1, 1), "goaway StreamClosed", "goaway ProtocolError"),
            Broken("a stream of the server's", Frames.Call(2, path), "goaway ProtocolError"),
            Broken("streams backwards", [.. Frames.Call(5, path), .. Frames.Call(3, path)], "goaway StreamClosed"),
            Broken("continuation of nothing", Frames.Of(FrameType.Continuation, Frames.EndHeaders, 1, 1), "goaway ProtocolError"),
            Broken("a header index that does not exist", Frames.Of(FrameType.Headers, Frames.EndHeaders, 1, 0xFF, 0xFF, 0xFF, 0x7F), "goaway CompressionError"),
            Broken("a frame above 16 KiB", Frames.Of(FrameType.Data, 0, 1, new byte[16_385])[..9], "goaway FrameSizeError"),
            Broken("a window beyond 2^31", [.. LargestWindow, .. LargestWindow], "goaway FlowControlError"),
            Broken("settings of five bytes", Frames.Of(FrameType.Settings, 0, 0, new byte[5]), "goaway FrameSizeError"),
            Broken("a promise", Frames.Of(FrameType.PushPromise, Frames.EndHeaders, 1, new byte[4]), "goaway ProtocolError"),
            Broken("padding longer than its frame", [.. call, .. Frames.Of(FrameType.Data, 0x8, 1, 10, 0)], "goaway ProtocolError"),
            Broken("a header of the connection", Frames.Call(1, path, ("connection", "close")), "goaway ProtocolError"),
            Broken("headers without end", [.. Frames.Of(FrameType.Headers, 0, 1, Frames.Block(path)), .. Flood(2000, LongHeader)],
                "goaway EnhanceYourCalm", "goaway ProtocolError", "closed"),
            Broken("headers of 100 KB", [.. Frames.Of(FrameType.Headers, 0, 1, Frames.Block(path)), .. Flood(100, LongHeader), .. Frames.Of(FrameType.Continuation, Frames.EndHeaders, 1)],
                "goaway EnhanceYourCalm", "goaway ProtocolError", "closed"),
            Storm("streams opened and reset", Flood(2000, i => [.. Frames.Call((2 * i) + 1, path), .. Frames.Reset((2 * i) + 1)])),
            Storm("half-open streams", Flood(500, i => Frames.Call((2 * i) + 1, path))),
            Storm("pings", Flood(20_000, Frames.Of(FrameType.Ping, 0, 0, new byte[8]))),
            Storm("settings", Flood(20_000, Frames.Settings(4, 65_535))),
            Storm("data of no length", [.. call, .. Flood(20_000, Frames.Of(FrameType.Data, 0, 1))]),
            Storm("priorities", Flood(20_000, Frames.Of(FrameType.Priority, 0, 1, 0, 0, 0, 0, 5))),
        ];

        Case Broken(string name, byte[] bytes, params string[] allowed) => new(name, [.. Frames.Greeting(), .. bytes], allowed);

        // Either the service ends it, or it takes it all and still answers.
        Case Storm(string name, byte[] bytes) => new(
            name, [.. Frames.Greeting(), .. bytes, .. Frames.WholeCall(99_999, path, good)],
            ["answered", "reset RefusedStream", "reset EnhanceYourCalm", "goaway EnhanceYourCalm", "goaway InternalError", "closed"], Stream: 99_999);
    }

    public static async Task<string> SendAsync(Uri server, Case @case, CancellationToken cancel)
    {
        using var connection = await RawConnection.ToAsync(server);
        await connection.SendAsync(@case.Bytes);
        if (@case.HangsUp)
            connection.HangUp();
        return await connection.EndAsync(@case.Stream, cancel);
    }

    private static byte[] LongHeader => Frames.Of(FrameType.Continuation, 0, 1, Frames.Header("x", new string('x', 1000)));

    private static byte[] LargestWindow => Frames.Of(FrameType.WindowUpdate, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF);

    private static byte[] Flood(int times, byte[] frame) => Flood(times, _ => frame);

    private static byte[] Flood(int times, Func<int, byte[]> frame) => [.. Enumerable.Range(0, times).SelectMany(frame)];
}
