using System.Text;

namespace FaceMix.Tests.Hostile.Http2;

/// <summary>Header compression (RFC 7541) without its compression: literals only, no table of its own, no Huffman codes.</summary>
internal static class Hpack
{
    private static readonly (string Name, string Value)[] Static = [.. """
        :authority;:method GET;:method POST;:path /;:path /index.html;:scheme http;:scheme https;:status 200;:status 204;:status 206;
        :status 304;:status 400;:status 404;:status 500;accept-charset;accept-encoding gzip, deflate;accept-language;accept-ranges;accept;
        access-control-allow-origin;age;allow;authorization;cache-control;content-disposition;content-encoding;content-language;
        content-length;content-location;content-range;content-type;cookie;date;etag;expect;expires;from;host;if-match;if-modified-since;
        if-none-match;if-range;if-unmodified-since;last-modified;link;location;max-forwards;proxy-authenticate;proxy-authorization;range;
        referer;refresh;retry-after;server;set-cookie;strict-transport-security;transfer-encoding;user-agent;vary;via;www-authenticate
        """.Split(';').Select(entry => entry.Trim().Split(' ', 2)).Select(parts => (parts[0], parts.ElementAtOrDefault(1) ?? ""))];

    public static byte[] Encode(IEnumerable<(string Name, string Value)> headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }
        return [.. block];
    }

    /// <summary>What a peer sent who was told that our table holds nothing.</summary>
    public static List<(string Name, string Value)> Decode(ReadOnlySpan<byte> block)
    {
        var headers = new List<(string, string)>();
        while (block.Length > 0)
        {
            var first = block[0];
            if (first >= 0x80)
                headers.Add(Static[ReadNumber(ref block, 7) - 1]);
            else if (first is >= 0x20 and < 0x40)
                ReadNumber(ref block, 5);
            else
            {
                var index = ReadNumber(ref block, first >= 0x40 ? 6 : 4);
                var name = index == 0 ? ReadText(ref block) : Static[index - 1].Name;
                headers.Add((name, ReadText(ref block)));
            }
        }
        return headers;
    }

    private static void AddText(List<byte> block, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var length = bytes.Length;
        if (length < 0x7F)
            block.Add((byte)length);
        else
        {
            block.Add(0x7F);
            for (length -= 0x7F; length >= 0x80; length >>= 7)
                block.Add((byte)(length | 0x80));
            block.Add((byte)length);
        }
        block.AddRange(bytes);
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int bits)
    {
        var most = (1 << bits) - 1;
        var number = block[0] & most;
        block = block[1..];
        if (number < most)
            return number;
        for (var shift = 0; ; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            number += (next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        if (block[0] >= 0x80)
            throw new NotSupportedException("The text is in Huffman codes.");
        var length = ReadNumber(ref block, 7);
        var text = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }
}
