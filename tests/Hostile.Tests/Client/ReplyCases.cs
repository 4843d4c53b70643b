using System.Globalization;
using System.IO.Compression;
using FaceMix.Tests.Hostile.Http2;
using FaceMix.Tests.Hostile.V1;
using Google.Protobuf;

namespace FaceMix.Tests.Hostile.Client;

/// <summary>Replies that no server should send.</summary>
internal static class ReplyCases
{
    private const int Limit = 4 * 1024 * 1024;
    private static readonly string[] AnyEnd = ["OK", .. Enum.GetNames<Grpc.Core.StatusCode>()];

    public static Case<Victim> Make(Random random)
    {
        Func<Random, Case<Victim>>[] kinds =
        [
            HttpStatus, HttpStatusAndOurs, ContentType, Status, NoStatus, StatusText, Flag, Length, Cut, Count, Noise, Compression, Reset, GoneAway,
            Closed, LargeHeaders, Binary, Mutated, Mutated, Mutated, ByteByByte, ZeroLengths, Informational, Silent, Broken,
        ];
        return random.Of(kinds)(random);
    }

    private static Case<Victim> HttpStatus(Random random)
    {
        var (http, allowed) = random.Of(
            (400, "Internal"), (401, "Unauthenticated"), (403, "PermissionDenied"), (404, "Unimplemented"), (429, "Unavailable"), (502, "Unavailable"), (503, "Unavailable"),
            (504, "Unavailable"), (405, "Unknown"), (500, "Unknown"), (302, "Unknown"), (204, "Unknown"), (418, "Unknown"), (501, "Unknown"));
        var ends = random.Next(2) == 0;
        return Replies($"HTTP {http}", id => [Frame.Headers(id, [(":status", $"{http}"), ("content-type", "text/html")], ends), .. ends ? (byte[][])[] : [Frame.Data(id, "<html>"u8, ends: true)]], allowed);
    }

    private static Case<Victim> HttpStatusAndOurs(Random random) =>
        Replies("HTTP 503 with a status of gRPC's", id => [Frame.Headers(id, [(":status", $"{random.Of(400, 500, 503)}"), ("content-type", "application/grpc"), ("grpc-status", "7")], ends: true)], "PermissionDenied");

    private static Case<Victim> ContentType(Random random)
    {
        var type = random.Of("text/html", "application/json", "", "application", "application/octet-stream");
        return Replies($"content type '{type}'", id => [Frame.Headers(id, [(":status", "200"), ("content-type", type)]), Frame.Data(id, Frame.Message([]), ends: false), Trailers(id)], "Cancelled", "Unknown");
    }

    private static Case<Victim> Status(Random random)
    {
        var code = random.Of("abc", "-1", "17", "99", "4294967296", "", "0x0", "1.0", "\u00a0", "00000000000000000000000005a");
        var inHeaders = random.Next(2) == 0;
        return Replies(
            $"status '{code}' in the {(inHeaders ? "headers" : "trailers")}",
            id => inHeaders ? [Frame.Headers(id, [.. Start, ("grpc-status", code)], ends: true)] : [.. Opened(id, []), Trailers(id, ("grpc-status", code))],
            "Unknown");
    }

    private static Case<Victim> NoStatus(Random random)
    {
        var kind = random.Next(3);
        return Replies(
            $"no status ({kind})",
            id => kind switch
            {
                0 => [Frame.Headers(id, Start, ends: true)],
                1 => [Frame.Headers(id, Start), Frame.Data(id, Frame.Message([]), ends: true)],
                _ => [.. Opened(id, []), Trailers(id, ("a-word", "a"), ("grpc-message", "no status"))],
            },
            "Cancelled", "Unknown", "Internal");
    }

    private static Case<Victim> StatusText(Random random)
    {
        var text = random.Of("%", "%z", "%zz", "%ff%fe", "%C3%28", new string('%', 5000), "%00%0d%0a", "caf\u00e9", new string('x', 20_000));
        return Replies($"text '{text[..Math.Min(text.Length, 20)]}'", id => [Frame.LongHeaders(id, [.. Start, ("grpc-status", "5"), ("grpc-message", text)], ends: true)], "NotFound");
    }

    private static Case<Victim> Flag(Random random)
    {
        var flag = (byte)random.Next(2, 256);
        return Replies($"flag {flag}", id => [.. Opened(id, Frame.Message([], flag)), Trailers(id)], "Internal");
    }

    private static Case<Victim> Length(Random random)
    {
        var length = random.Of<uint>(Limit + 1, uint.MaxValue, int.MaxValue, 0x8000_0000);
        return Replies($"length {length}", id => [.. Opened(id, Frame.Message(new byte[100], 0, length)), Trailers(id)], "ResourceExhausted");
    }

    private static Case<Victim> Cut(Random random)
    {
        var whole = Frame.Message(new Blob { Data = ByteString.CopyFrom(random.Bytes(500)), Number = 1 }.ToByteArray());
        var left = random.Next(1, whole.Length);
        return Replies($"{left} of {whole.Length} bytes", id => [.. Opened(id, whole[..left]), Trailers(id)], "Internal");
    }

    private static Case<Victim> Count(Random random)
    {
        var count = random.Of(0, 2, 3);
        byte[] body = [.. Enumerable.Repeat(Frame.Message([]), count).SelectMany(each => each)];
        return new($"{count} messages where one is due", (victim, limit) =>
            victim.CallAsync(new Script(id => [.. Opened(id, body), Trailers(id)]), isStream: false, null, limit), "Internal");
    }

    private static Case<Victim> Noise(Random random)
    {
        var body = Frame.Message(random.Bytes(200));
        return Replies("noise as a message", id => [.. Opened(id, body), Trailers(id)], "OK", "Internal");
    }

    private static Case<Victim> Compression(Random random)
    {
        var size = random.Of(100, Limit + 1000, 4 * Limit);
        var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize))
            gzip.Write(new Blob { Data = ByteString.CopyFrom(new byte[size]) }.ToByteArray());
        var packed = target.ToArray();
        var (encoding, body, allowed) = random.Of<(string, byte[], string)>(
            ("gzip", packed, size > Limit ? "ResourceExhausted" : "OK"), ("gzip", packed[..random.Next(1, packed.Length)], size > Limit ? "ResourceExhausted" : "Internal"),
            ("snappy", packed, "Unimplemented"), ("identity", packed, "Internal"), ("", packed, "Internal"), ("gzip", [1, 2, 3], "Internal"));
        return Replies(
            $"{body.Length} bytes of '{encoding}' that become {size}",
            id => [Frame.Headers(id, [.. Start, ("grpc-encoding", encoding)]), .. Frame.Message(body, flag: 1).Chunk(16_384).Select(piece => Frame.Data(id, piece, ends: false)), Trailers(id)],
            // One that is cut ends before or after it has become too much.
            size > Limit && encoding == "gzip" && body.Length < packed.Length && body.Length > 3 ? ["ResourceExhausted", "Internal"] : [allowed]);
    }

    private static Case<Victim> Reset(Random random)
    {
        var code = (ErrorCode)random.Next(14);
        var opened = random.Next(2) == 0;
        var allowed = code switch
        {
            ErrorCode.RefusedStream => "Unavailable",
            ErrorCode.Cancel => "Cancelled",
            ErrorCode.EnhanceYourCalm => "ResourceExhausted",
            ErrorCode.InadequateSecurity => "PermissionDenied",
            _ => "Internal",
        };
        return Replies($"reset {code}, {(opened ? "after" : "before")} a message", id => [.. opened ? Opened(id, Frame.Message([])) : [], Frame.Reset(id, code)], [allowed, .. code == ErrorCode.Http11Required ? AnyEnd : []]);
    }

    private static Case<Victim> GoneAway(Random random)
    {
        var code = random.Of(ErrorCode.NoError, ErrorCode.EnhanceYourCalm, ErrorCode.ProtocolError, ErrorCode.InternalError);
        return Closes($"goaway {code}", id => [Frame.GoAway(0, code)], "Unavailable", "Internal", "ResourceExhausted");
    }

    private static Case<Victim> Closed(Random random)
    {
        var left = random.Next(100);
        return Closes($"closed after {left} bytes", id => [[.. ((byte[][])[.. Opened(id, Frame.Message(new byte[200])), Trailers(id)]).SelectMany(each => each).Take(left)]], "Unavailable", "Internal");
    }

    private static Case<Victim> LargeHeaders(Random random)
    {
        var (count, size) = random.Of((1, 100_000), (2000, 50), (100, 1000), (20, 30_000));
        var headers = Enumerable.Range(0, count).Select(i => ($"x-{i.ToString(CultureInfo.InvariantCulture)}", new string('x', size)));
        var inTrailers = random.Next(2) == 0;
        return Replies(
            $"{count} headers of {size} bytes in the {(inTrailers ? "trailers" : "headers")}",
            id => inTrailers
                ? [.. Opened(id, Frame.Message([])), Frame.LongHeaders(id, [("grpc-status", "0"), .. headers], ends: true)]
                : [Frame.LongHeaders(id, [.. Start, .. headers]), Frame.Data(id, Frame.Message([]), ends: false), Trailers(id)],
            "Internal", "Unavailable", "ResourceExhausted");
    }

    private static Case<Victim> Binary(Random random)
    {
        var value = random.Of("!!!!", "A", "====", "AQ ID");
        var inTrailers = random.Next(2) == 0;
        return Replies(
            $"metadata '{value}' in the {(inTrailers ? "trailers" : "headers")}",
            id => inTrailers ? [.. Opened(id, Frame.Message([])), Trailers(id, ("grpc-status", "0"), ("x-bin", value))] : [Frame.Headers(id, [.. Start, ("x-bin", value)]), Frame.Data(id, Frame.Message([]), ends: false), Trailers(id)],
            "Internal", "Unknown");
    }

    private static Case<Victim> Mutated(Random random)
    {
        byte[][] whole = [.. Opened(1, Frame.Message(new Blob { Text = "hello", Number = 5 }.ToByteArray())), Trailers(1)];
        var change = random.Next();
        return new(
            $"a mutated reply ({change})",
            (victim, limit) => victim.CallAsync(
                new Script(id => [new Random(change).Mutated(((byte[][])[.. Opened(id, Frame.Message(new Blob { Text = "hello", Number = 5 }.ToByteArray())), Trailers(id)]).SelectMany(each => each).ToArray())], Closes: true),
                isStream: change % 2 == 0, TimeSpan.FromSeconds(5), limit),
            AnyEnd);
    }

    private static Case<Victim> ByteByByte(Random random)
    {
        var body = Frame.Message(new Blob { Data = ByteString.CopyFrom(random.Bytes(50)) }.ToByteArray());
        return Replies(
            "byte by byte",
            id => ((byte[][])[Frame.Headers(id, Start), .. body.Select(b => Frame.Data(id, [b], ends: false)), Trailers(id)]).SelectMany(each => each.Select(b => (byte[])[b])),
            "OK");
    }

    private static Case<Victim> ZeroLengths(Random random)
    {
        var body = new byte[5 * random.Next(1, 3000)];
        return new($"{body.Length / 5} messages of no length", (victim, limit) => victim.CallAsync(new Script(id => [.. Opened(id, body), Trailers(id)]), isStream: true, null, limit), "OK");
    }

    private static Case<Victim> Informational(Random random)
    {
        var times = random.Next(1, 20);
        return Replies($"{times} hints before the reply", id => [.. Enumerable.Repeat(Frame.Headers(id, [(":status", "103"), ("link", "a")]), times), .. Opened(id, Frame.Message([])), Trailers(id)], "OK");
    }

    private static Case<Victim> Silent(Random random)
    {
        var opens = random.Next(2) == 0;
        return new("silence", (victim, limit) => victim.CallAsync(new Script(id => opens ? [Frame.Headers(id, Start)] : []), isStream: random.Next(2) == 0, TimeSpan.FromMilliseconds(random.Next(1, 60)), limit), "DeadlineExceeded");
    }

    private static Case<Victim> Broken(Random random)
    {
        var (name, bytes) = random.Of<(string, Func<int, byte[]>)>(
            ("data on no stream", _ => Frame.Data(0, [1], ends: false)),
            ("data before headers", id => Frame.Data(id, [1], ends: false)),
            ("a promise", id => Frame.Of(FrameType.PushPromise, Frame.EndHeaders, id, 0, 0, 0, 2)),
            ("a header index that does not exist", id => Frame.Of(FrameType.Headers, Frame.EndHeaders, id, 0xFF, 0xFF, 0xFF, 0x7F)),
            ("settings of five bytes", _ => Frame.Of(FrameType.Settings, 0, 0, new byte[5])),
            ("a ping of seven bytes", _ => Frame.Of(FrameType.Ping, 0, 0, new byte[7])),
            ("a window beyond 2^31", _ => [.. Frame.WindowUpdate(0, int.MaxValue), .. Frame.WindowUpdate(0, int.MaxValue)]),
            ("a frame above 16 KiB", id => Frame.Of(FrameType.Data, 0, id, new byte[16_385])),
            ("no status of HTTP's", id => Frame.Headers(id, [("content-type", "application/grpc")], ends: true)),
            ("continuation of nothing", id => Frame.Of(FrameType.Continuation, Frame.EndHeaders, id, 1)));
        return Closes(name, id => [bytes(id)], "Internal", "Unavailable", "ResourceExhausted", "Unknown");
    }

    private static (string, string)[] Start => [(":status", "200"), ("content-type", "application/grpc")];

    private static byte[][] Opened(int id, byte[] body) => [Frame.Headers(id, Start), .. body.Chunk(16_384).Select(piece => Frame.Data(id, piece, ends: false))];

    private static byte[] Trailers(int id, params (string, string)[] trailers) => Frame.Headers(id, trailers.Length == 0 ? [("grpc-status", "0")] : trailers, ends: true);

    private static Case<Victim> Replies(string name, Func<int, IEnumerable<byte[]>> reply, params string[] allowed) =>
        new(name, (victim, limit) => victim.CallAsync(new Script(reply), isStream: false, null, limit), allowed);

    private static Case<Victim> Closes(string name, Func<int, IEnumerable<byte[]>> reply, params string[] allowed) =>
        new(name, (victim, limit) => victim.CallAsync(new Script(reply, Closes: true), isStream: false, null, limit), allowed);
}
