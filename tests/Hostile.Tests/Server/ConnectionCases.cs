using System.Net.Sockets;
using System.Text;
using FaceMix.Tests.Hostile.Http2;
using FaceMix.Tests.Hostile.V1;
using Google.Protobuf;

namespace FaceMix.Tests.Hostile.Server;

/// <summary>Wrong HTTP/2, and right HTTP/2 at the wrong pace. Each has a connection of its own.</summary>
internal static class ConnectionCases
{
    // What a server may do with bytes that are not HTTP/2, or are by chance.
    private static readonly string[] AnyEnd =
    [
        Ends.Closed, "no status", "OK", "Internal", "Unknown", "Unimplemented", "ResourceExhausted", "DeadlineExceeded", "Cancelled",
        .. Enum.GetNames<ErrorCode>().SelectMany(code => (string[])[$"goaway {code}", $"reset {code}"]),
        "http 400", "http 404", "http 405", "http 411", "http 413", "http 415", "http 431", "http 421", "http 505",
    ];

    public static Case<Attacker> Make(Random random)
    {
        Func<Random, Case<Attacker>>[] kinds = [Mutated, Mutated, Mutated, Broken, Broken, SlowReader, SlowWriter, HalfOpen, RapidReset, Leaving, DeafAtItsDeadline, NeverReading, Floods, Web];
        return random.Of(kinds)(random);
    }

    private static Case<Attacker> Mutated(Random random)
    {
        byte[] talk =
        [
            .. Frame.Preface, .. Frame.Settings((1, 0)),
            .. Frame.Headers(1, RawClient.Call("One", ("x-word", "some"))), .. Frame.Data(1, Frame.Message(new Blob { Text = "hello" }.ToByteArray()), ends: true),
            .. Frame.Headers(3, RawClient.Call("Both")), .. Frame.Data(3, Frame.Message(new Blob { Number = 7 }.ToByteArray()), ends: false),
            .. Frame.Of(FrameType.Ping, 0, 0, new byte[8]), .. Frame.WindowUpdate(3, 1000), .. Frame.Data(3, default, ends: true), .. Frame.Reset(5, ErrorCode.Cancel),
        ];
        var mutated = random.Next(4) == 0 ? random.Mutated(talk) : [.. talk[..Frame.Preface.Length], .. random.Mutated(talk.AsSpan(Frame.Preface.Length))];
        return new($"mutated talk {Convert.ToHexString(mutated)}", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync(greets: false);
            await client.SendAsync(mutated);
            client.HangUp();
            return await client.EndAsync(limit);
        }, AnyEnd);
    }

    private static Case<Attacker> Broken(Random random)
    {
        var call = Frame.Headers(1, RawClient.Call("Both"));
        var (name, bytes, allowed) = random.Of<(string, byte[], string[])>(
            ("data on no stream", Frame.Data(0, [1], ends: false), ["goaway ProtocolError"]),
            ("data before headers", Frame.Data(1, [1], ends: false), ["goaway ProtocolError", "goaway StreamClosed"]),
            ("headers of a stream of the server's", Frame.Headers(2, RawClient.Call("One")), ["goaway ProtocolError"]),
            ("headers on no stream", Frame.Headers(0, RawClient.Call("One")), ["goaway ProtocolError"]),
            ("streams backwards", [.. Frame.Headers(5, RawClient.Call("Both")), .. Frame.Headers(3, RawClient.Call("Both"))], ["goaway StreamClosed", "goaway ProtocolError"]),
            ("continuation of nothing", Frame.Of(FrameType.Continuation, Frame.EndHeaders, 1, [1]), ["goaway ProtocolError"]),
            ("headers that another frame interrupts", [.. Frame.Of(FrameType.Headers, 0, 1, [0]), .. Frame.Of(FrameType.Ping, 0, 0, new byte[8])], ["goaway ProtocolError"]),
            ("a header index that does not exist", Frame.Of(FrameType.Headers, Frame.EndHeaders, 1, [0xFF, 0xFF, 0xFF, 0x7F]), ["goaway CompressionError"]),
            ("a header cut short", Frame.Of(FrameType.Headers, Frame.EndHeaders, 1, [0x00, 0x7F]), ["goaway CompressionError"]),
            ("settings of five bytes", Frame.Of(FrameType.Settings, 0, 0, new byte[5]), ["goaway FrameSizeError"]),
            ("a window of settings too large", Frame.Settings((4, 0x8000_0000)), ["goaway FlowControlError"]),
            ("frames too small for HTTP/2", Frame.Settings((5, 100)), ["goaway ProtocolError"]),
            ("a ping of seven bytes", Frame.Of(FrameType.Ping, 0, 0, new byte[7]), ["goaway FrameSizeError"]),
            ("a ping on a stream", Frame.Of(FrameType.Ping, 0, 1, new byte[8]), ["goaway ProtocolError"]),
            ("no window", Frame.WindowUpdate(0, 0), ["goaway ProtocolError"]),
            ("a window beyond 2^31", [.. Frame.WindowUpdate(0, int.MaxValue), .. Frame.WindowUpdate(0, int.MaxValue)], ["goaway FlowControlError"]),
            ("reset of a stream that never was", Frame.Reset(9, ErrorCode.Cancel), ["goaway ProtocolError"]),
            ("a promise", Frame.Of(FrameType.PushPromise, Frame.EndHeaders, 1, new byte[4]), ["goaway ProtocolError"]),
            ("the header of a frame above 16 KiB", Frame.Of(FrameType.Data, 0, 1, new byte[16_385])[..Frame.HeaderSize], ["goaway FrameSizeError"]),
            ("a frame above 16 KiB", Frame.Of(FrameType.Data, 0, 1, new byte[16_385]), ["goaway FrameSizeError", Ends.Closed]),
            ("a stream that depends on itself", Frame.Of(FrameType.Priority, 0, 1, 0, 0, 0, 1, 5), ["goaway ProtocolError"]),
            ("padding longer than its frame", [.. call, .. Frame.Of(FrameType.Data, 0x8, 1, [10, 0])], ["goaway ProtocolError"]),
            ("capital letters", Frame.Headers(1, [.. RawClient.Call("One"), ("X-Word", "a")]), ["goaway ProtocolError", "reset ProtocolError"]),
            ("a pseudo header that is none", Frame.Headers(1, [(":word", "a"), .. RawClient.Call("One")]), ["goaway ProtocolError", "reset ProtocolError"]),
            ("a pseudo header behind others", Frame.Headers(1, [.. RawClient.Call("One"), (":path", "/")]), ["goaway ProtocolError", "reset ProtocolError"]),
            ("a header of the connection", Frame.Headers(1, [.. RawClient.Call("One"), ("connection", "close")]), ["goaway ProtocolError", "reset ProtocolError"]),
            ("another te than trailers", Frame.Headers(1, [.. RawClient.Call("One").Where(each => each.Item1 != "te"), ("te", "gzip")]), ["goaway ProtocolError", "reset ProtocolError"]));
        return new(name, async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync();
            await client.GreetAsync(limit);
            await client.SendAsync(bytes);
            if (allowed.Any(each => each.StartsWith("reset", StringComparison.Ordinal)) && await client.EndOfAsync(1, limit) is var end)
                return end;
            return await client.EndAsync(limit);
        }, allowed);
    }

    private static Case<Attacker> SlowReader(Random random)
    {
        var (window, count, size) = ((uint)random.Next(1, 200), (uint)random.Next(1, 20), random.Next(0, 100));
        return new($"reads {window} bytes at a time", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync(window);
            var request = new Blob { Number = count, Data = ByteString.CopyFrom(new byte[size]) }.ToByteArray();
            await client.SendAsync([.. Frame.Headers(1, RawClient.Call("Down")), .. Frame.Data(1, Frame.Message(request), ends: true)]);
            return await client.EndOfAsync(1, limit);
        }, "OK");
    }

    private static Case<Attacker> SlowWriter(Random random)
    {
        var frame = Frame.Message(new Blob { Data = ByteString.CopyFrom(random.Bytes(100)) }.ToByteArray());
        return new($"writes {frame.Length} bytes one by one", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync();
            await client.SendAsync(Frame.Headers(1, RawClient.Call("One")));
            foreach (var b in frame)
                await client.SendAsync(Frame.Data(1, [b], ends: false));
            await client.SendAsync(Frame.Data(1, default, ends: true));
            return await client.EndOfAsync(1, limit);
        }, "OK");
    }

    private static Case<Attacker> HalfOpen(Random random)
    {
        var streams = random.Next(1, 200);
        return new($"{streams} half-open streams", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync();
            for (var i = 0; i < streams; i++)
                await client.SendAsync(Frame.Headers((2 * i) + 1, RawClient.Call("Up")));
            // A hundred is what the server said it takes.
            return streams <= 100 ? "left" : await client.EndOfAsync((2 * 100) + 1, limit);
        }, streams <= 100 ? "left" : "reset RefusedStream");
    }

    private static Case<Attacker> RapidReset(Random random)
    {
        // An internal error is what Kestrel calls a queue of output that has become too long.
        var times = random.Next(1, 400);
        return new($"{times} streams opened and reset", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync();
            var storm = new MemoryStream();
            for (var i = 0; i < times; i++)
            {
                storm.Write(Frame.Headers((2 * i) + 1, RawClient.Call("Up")));
                storm.Write(Frame.Reset((2 * i) + 1, ErrorCode.Cancel));
            }
            storm.Write(Frame.Headers((2 * times) + 1, RawClient.Call("One")));
            storm.Write(Frame.Data((2 * times) + 1, Frame.Message([]), ends: true));
            await client.SendAsync(storm.ToArray());
            return await client.EndOfAsync((2 * times) + 1, limit);
        }, "OK", "goaway EnhanceYourCalm", "goaway InternalError", "reset EnhanceYourCalm", "reset RefusedStream", Ends.Closed);
    }

    private static Case<Attacker> Leaving(Random random)
    {
        var (method, resets) = (random.Of("Down", "Up", "Both", "Deaf", "One"), random.Next(2) == 0);
        var body = Frame.Message(new Blob { Number = 1000, Data = ByteString.CopyFrom(new byte[10_000]) }.ToByteArray());
        return new($"leaves {method}", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync();
            await client.SendAsync([.. Frame.Headers(1, RawClient.Call(method)), .. Frame.Data(1, body.AsSpan(0, random.Next(body.Length)), ends: random.Next(2) == 0)]);
            if (resets)
                await client.SendAsync(Frame.Reset(1, ErrorCode.Cancel));
            return "left";
        }, "left");
    }

    private static Case<Attacker> DeafAtItsDeadline(Random random) => new($"a deaf service at its deadline ({random.Next()})", async (attacker, limit) =>
        await attacker.CallAsync("Deaf", Frame.Message([]), limit, [("grpc-timeout", $"{random.Next(1, 50)}m")]), "DeadlineExceeded");

    private static Case<Attacker> NeverReading(Random random)
    {
        var timeout = random.Next(1, 100);
        return new($"never reads, {timeout} ms", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync(window: 100, opensWindows: false);
            var request = new Blob { Number = 1000, Data = ByteString.CopyFrom(new byte[1000]) }.ToByteArray();
            await client.SendAsync([.. Frame.Headers(1, RawClient.Call("Down", ("grpc-timeout", $"{timeout}m"))), .. Frame.Data(1, Frame.Message(request), ends: true)]);
            return await client.BytesOfAsync(1, 100, limit) <= 100 ? "left" : "more than the window";
        }, "left");
    }

    private static Case<Attacker> Floods(Random random)
    {
        var (name, frame) = random.Of(
            ("pings", Frame.Of(FrameType.Ping, 0, 0, new byte[8])), ("settings", Frame.Settings((4, 65_535))), ("windows", Frame.WindowUpdate(0, 1)),
            ("priorities", Frame.Of(FrameType.Priority, 0, 1, 0, 0, 0, 0, 5)), ("unknown frames", Frame.Of((FrameType)77, 0, 0, new byte[50])));
        var times = random.Next(1, 500);
        return new($"{times} {name}", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync();
            await client.SendAsync([.. Enumerable.Repeat(frame, times).SelectMany(each => each), .. Frame.Headers(1, RawClient.Call("One")), .. Frame.Data(1, Frame.Message([]), ends: true)]);
            return await client.EndOfAsync(1, limit);
        }, "OK", "goaway EnhanceYourCalm", Ends.Closed);
    }

    private static Case<Attacker> Web(Random random)
    {
        var isText = random.Next(2) == 0;
        var frame = Frame.Message(new Blob { Data = ByteString.CopyFrom(random.Bytes(60)) }.ToByteArray());
        var body = isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(frame)) : frame;
        // Cut within the message, or spoilt where it cannot pass.
        body = random.Next(2) == 0 ? body[..random.Next(isText ? 4 : 1, body.Length - (isText ? 3 : 0))] : isText ? [.. "!!!!"u8, .. body] : [9, .. body[1..]];
        return new($"gRPC-Web {(isText ? Encoding.ASCII.GetString(body) : Convert.ToHexString(body))}", async (attacker, limit) =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(attacker.Server.Web.Host, attacker.Server.Web.Port, limit);
            await using var stream = new NetworkStream(socket);
            var type = isText ? "application/grpc-web-text" : "application/grpc-web";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /facemix.tests.hostile.v1.TargetService/One HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), limit);
            await stream.WriteAsync(body, limit);
            using var reader = new StreamReader(stream);
            var answer = await reader.ReadToEndAsync(limit);
            return answer.Contains("grpc-status: 13", StringComparison.OrdinalIgnoreCase) ? "Internal" : answer;
        }, "Internal");
    }
}
