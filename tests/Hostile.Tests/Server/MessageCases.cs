using System.Globalization;
using System.IO.Compression;
using FaceMix.Tests.Hostile.Http2;
using FaceMix.Tests.Hostile.V1;
using Google.Protobuf;

namespace FaceMix.Tests.Hostile.Server;

/// <summary>Right HTTP/2 with wrong gRPC in it: frames, compression, metadata.</summary>
internal static class MessageCases
{
    private const int Limit = 4 * 1024 * 1024;

    public static Case<Attacker> Make(Random random)
    {
        Func<Random, Case<Attacker>>[] kinds = [Flag, Cut, LongerThanAllowed, More, Noise, Mutated, Deep, ZeroLengths, NotCompressed, Bomb, Binary, Timeout, ContentType, Encoding, Path, TooManyHeaders, LateMessages];
        return random.Of(kinds)(random);
    }

    private static Case<Attacker> Flag(Random random)
    {
        var flag = (byte)random.Next(2, 256);
        return One($"flag {flag}", Frame.Message(random.Bytes(50), flag), "Internal");
    }

    private static Case<Attacker> Cut(Random random)
    {
        var whole = Frame.Message(Valid(random, 1000));
        var left = random.Next(whole.Length);
        return One($"{left} of {whole.Length} bytes", whole[..left], "Internal");
    }

    private static Case<Attacker> LongerThanAllowed(Random random)
    {
        var length = random.Of<uint>(Limit + 1, uint.MaxValue, 0x8000_0000, int.MaxValue, (uint)random.NextInt64(Limit + 1, uint.MaxValue));
        return One($"length {length}", Frame.Message(random.Bytes(100), 0, length), "ResourceExhausted");
    }

    private static Case<Attacker> More(Random random) =>
        One("more after the message", [.. Frame.Message(Valid(random, 300)), .. random.Of(Frame.Message([]), [0], Frame.Message(Valid(random, 30)))], "Internal");

    private static Case<Attacker> Noise(Random random) => One("noise as a message", Frame.Message(random.Bytes(200)), "OK", "Internal");

    private static Case<Attacker> Mutated(Random random)
    {
        var frame = random.Mutated(Frame.Message(Valid(random, 500)));
        return One($"mutated {Convert.ToHexString(frame.AsSpan(0, Math.Min(frame.Length, 60)))}", frame, "OK", "Internal", "ResourceExhausted");
    }

    private static Case<Attacker> Deep(Random random)
    {
        var depth = random.Of(50, 90, 120, 1000);
        var bytes = Array.Empty<byte>();
        for (var i = 0; i < depth; i++)
            bytes = Nested(bytes);
        return One($"{depth} deep", Frame.Message(bytes), depth < 100 ? "OK" : "Internal");
    }

    private static Case<Attacker> ZeroLengths(Random random)
    {
        var count = random.Next(1, 3000);
        var body = new byte[5 * count];
        return new($"{count} messages of no length", (attacker, limit) => attacker.CallAsync("Up", body, limit), "OK");
    }

    private static Case<Attacker> NotCompressed(Random random)
    {
        var (encoding, allowed) = random.Of(("whole", "OK"), ("gzip", "Internal"), ("deflate", "Unimplemented"), ("identity", "Internal"), ("snappy", "Unimplemented"), ("", "Internal"), ("GZIP", "Unimplemented"), ("gzip,deflate", "Unimplemented"));
        var packed = Packed(Valid(random, 2000));
        // Cut, or with a byte changed in its head, where no checksum is needed to see it.
        var body = encoding is "gzip" ? random.Of(packed[..random.Next(1, packed.Length)], [(byte)(packed[0] ^ random.Next(1, 256)), .. packed[1..]]) : random.Bytes(100);
        if (encoding == "whole")
            (encoding, body) = ("gzip", packed);
        var frame = Frame.Message(body, flag: 1);
        return new($"flag 1, encoding '{encoding}', {body.Length} bytes", (attacker, limit) => attacker.CallAsync("One", frame, limit, [("grpc-encoding", encoding)]), allowed);
    }

    private static Case<Attacker> Bomb(Random random)
    {
        var size = random.Of(Limit, Limit + 100, 2 * Limit, 8 * Limit);
        var frame = Frame.Message(Packed(new byte[size]), flag: 1);
        // Zeros are no message, but that shows only if they may come in.
        return new($"{frame.Length} bytes that become {size}", (attacker, limit) => attacker.CallAsync("One", frame, limit, [("grpc-encoding", "gzip")]), size > Limit ? "ResourceExhausted" : "Internal");
    }

    private static Case<Attacker> Binary(Random random)
    {
        var (value, allowed) = random.Of(("!!!!", "Unknown"), ("A", "Unknown"), ("AAA", "OK"), ("AAA=,AQI=", "OK"), ("AA=A", "Unknown"), (",,,", "OK"), ("====", "Unknown"), (new string('A', 4000), "OK"), ("AQ ID", "Unknown"));
        return new($"metadata '{value[..Math.Min(value.Length, 20)]}'", (attacker, limit) => attacker.CallAsync("Headers", Frame.Message([]), limit, [("x-some-bin", value)]), allowed);
    }

    private static Case<Attacker> Timeout(Random random)
    {
        var value = random.Of("", "1", "S", "-1S", "1s", "999999999S", "1.5S", " 9S", "9S ", "soon", "0x1S", "99999999H", new string('9', 100) + "S", $"{random.Next(1000, 100_000)}S");
        return new($"timeout '{value}'", (attacker, limit) => attacker.CallAsync("One", Frame.Message([]), limit, [("grpc-timeout", value)]), "OK");
    }

    private static Case<Attacker> ContentType(Random random)
    {
        var value = random.Of("application/json", "application/grpcx", "text/plain", "", "application", "APPLICATION/GRPC-NOT", "multipart/form-data; boundary=x");
        return new($"content type '{value}'", async (attacker, limit) =>
        {
            var client = await attacker.SharedAsync();
            var id = client.NewStream();
            await client.SendAsync([.. Frame.Headers(id, RawClient.Call("One").Where(each => each.Item1 != "content-type").Append(("content-type", value))), .. Frame.Data(id, Frame.Message([]), ends: true)]);
            return await client.EndOfAsync(id, limit);
        }, "http 415");
    }

    private static Case<Attacker> Encoding(Random random)
    {
        var value = random.Of("gzip;q=1", "*", ",,,,", new string('g', 5000), "gzip, gzip, gzip", " ");
        return new($"accept encoding '{value[..Math.Min(value.Length, 20)]}'", (attacker, limit) => attacker.CallAsync("One", Frame.Message([]), limit, [("grpc-accept-encoding", value)]), "OK");
    }

    private static Case<Attacker> Path(Random random)
    {
        var (path, allowed) = random.Of(
            ("/facemix.tests.hostile.v1.TargetService/Nothing", "Unimplemented"), ("/no.Service/One", "Unimplemented"), ("/one", "http 404"),
            ("/a/b/c", "http 404"), ("/facemix.tests.hostile.v1.TargetService/", "http 404"), ("/", "http 404"), ("/%00/%ff", "reset ProtocolError"), ("no path", "reset ProtocolError"));
        return new($"path '{path}'", async (attacker, limit) =>
        {
            var client = await attacker.SharedAsync();
            var id = client.NewStream();
            await client.SendAsync([.. Frame.Headers(id, RawClient.Call("One").Select(each => each.Item1 == ":path" ? (":path", path) : each)), .. Frame.Data(id, Frame.Message([]), ends: true)]);
            return await client.EndOfAsync(id, limit);
        }, allowed);
    }

    private static Case<Attacker> TooManyHeaders(Random random)
    {
        var (count, size) = random.Of((200, 10), (1, 40_000), (20, 4_000), (5, 100_000));
        var headers = Enumerable.Range(0, count).Select(i => ($"x-{i.ToString(CultureInfo.InvariantCulture)}", new string('x', size))).ToArray();
        // What needs several frames is refused while the rest is still coming.
        var isRefusedAtItsEnd = count * size < 16_384;
        return new($"{count} headers of {size} bytes", async (attacker, limit) =>
        {
            using var client = await attacker.OwnAsync();
            await client.GreetAsync(limit);
            await client.SendAsync(Frame.LongHeaders(1, RawClient.Call("One", headers), ends: true));
            return await client.EndOfAsync(1, limit);
        }, ["http 431", "reset ProtocolError", "goaway CompressionError", "goaway ProtocolError", "goaway EnhanceYourCalm", .. isRefusedAtItsEnd ? (string[])[] : [Ends.Closed]]);
    }

    private static Case<Attacker> LateMessages(Random random)
    {
        var count = random.Next(1, 50);
        var good = Enumerable.Range(0, count).SelectMany(_ => Frame.Message(Valid(random, 100)));
        var (bad, allowed) = random.Of<(byte[], string)>((Frame.Message([1, 2, 3], 7), "Internal"), ([0, 0], "Internal"), (Frame.Message([], 0, uint.MaxValue), "ResourceExhausted"), (Frame.Message([0xFF]), "Internal"));
        var method = random.Of("Up", "Both");
        byte[] body = [.. good, .. bad];
        return new($"{count} messages and {Convert.ToHexString(bad)} to {method}", (attacker, limit) => attacker.CallAsync(method, body, limit), allowed);
    }

    private static Case<Attacker> One(string name, byte[] body, params string[] allowed) =>
        new(name, (attacker, limit) => attacker.CallAsync("One", body, limit), allowed);

    private static byte[] Valid(Random random, int most) => new Blob
    {
        Data = ByteString.CopyFrom(random.Bytes(most)),
        Text = "héllo",
        Number = (uint)random.Next(),
        Children = { new Blob { Number = 1 } },
        Named = { ["a"] = new Blob() },
    }.ToByteArray();

    private static byte[] Nested(byte[] inner)
    {
        var target = new MemoryStream();
        using (var output = new CodedOutputStream(target, leaveOpen: true))
        {
            output.WriteTag(Blob.ChildrenFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(inner));
        }
        return target.ToArray();
    }

    private static byte[] Packed(byte[] bytes)
    {
        var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return target.ToArray();
    }
}
