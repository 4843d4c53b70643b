using System.Globalization;
using System.Text;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>Header names and the text forms of gRPC over HTTP/2: timeouts, messages, binary values.</summary>
internal static class Wire
{
    public const string ContentType = "application/grpc";
    public const string WebContentType = "application/grpc-web";
    public const string WebTextContentType = "application/grpc-web-text";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    // No header: how an application asks for a compression among its metadata.
    public const string RequestedEncoding = "grpc-internal-encoding-request";
    public const string PreviousAttempts = "grpc-previous-rpc-attempts";
    public const string RetryPushback = "grpc-retry-pushback-ms";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Identity = "identity";
    public const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    // What belongs to the protocol and is therefore no metadata of the application.
    private static readonly HashSet<string> Protocol = new(StringComparer.OrdinalIgnoreCase)
    {
        Timeout, Encoding, AcceptEncoding, "content-encoding", "content-type", "te", "host", "accept-encoding",
    };

    public static RpcException TooLarge() =>
        new(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));

    public static bool IsMetadata(string header) => !header.StartsWith(':') && !Protocol.Contains(header);

    /// <summary>A content type with or without a suffix ("+proto") or parameters.</summary>
    public static bool IsContentType(string? text, string type) =>
        text is not null && text.StartsWith(type, StringComparison.OrdinalIgnoreCase)
        && (text.Length == type.Length || text[type.Length] is '+' or ';');

    /// <summary>Whether a list of names separated by commas holds this one.</summary>
    public static bool ListHolds(ReadOnlySpan<char> list, string name)
    {
        foreach (var part in list.Split(','))
            if (list[part].Trim().SequenceEqual(name))
                return true;
        return false;
    }

    /// <summary>Adds a header's values; bytes arrive as base64, several of them joined by commas.</summary>
    public static void Add(Metadata metadata, string header, string value)
    {
        if (!Metadata.Entry.HasBinarySuffix(header.ToLowerInvariant()))
            metadata.Add(header, value);
        else
            foreach (var part in value.Split(','))
                metadata.Add(header, FromBase64(part.Trim()));
    }

    public static string ValueOf(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;

    /// <summary>At most eight digits and a unit: "200m" is 200 ms.</summary>
    public static string FormatTimeout(TimeSpan timeout)
    {
        const long mostDigits = 99_999_999;
        if (timeout <= TimeSpan.Zero)
            return "1n";
        var microseconds = timeout.Ticks / TimeSpan.TicksPerMicrosecond;
        if (microseconds <= mostDigits)
            return $"{Math.Max(microseconds, 1)}u";
        if (microseconds / 1_000 <= mostDigits)
            return $"{microseconds / 1_000}m";
        var seconds = microseconds / 1_000_000;
        return seconds <= mostDigits ? $"{seconds}S" : $"{mostDigits}S";
    }

    /// <summary>False where the header is malformed.</summary>
    public static bool TryParseTimeout(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            return false;
        long? ticks = text[^1] switch
        {
            'n' => Math.Max(amount / 100, 1),
            'u' => amount * TimeSpan.TicksPerMicrosecond,
            'm' => amount * TimeSpan.TicksPerMillisecond,
            'S' => amount * TimeSpan.TicksPerSecond,
            'M' => amount * TimeSpan.TicksPerMinute,
            'H' => amount * TimeSpan.TicksPerHour,
            _ => null,
        };
        timeout = new TimeSpan(ticks ?? 0);
        return ticks is not null;
    }

    /// <summary>UTF-8 with everything but printable ASCII, and the percent sign itself, as %XX.</summary>
    public static string EncodeMessage(string message)
    {
        if (!message.AsSpan().ContainsAnyExceptInRange(' ', '~') && !message.Contains('%'))
            return message;
        var encoded = new StringBuilder(message.Length + 16);
        foreach (var b in System.Text.Encoding.UTF8.GetBytes(message))
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                encoded.Append((char)b);
            else
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        return encoded.ToString();
    }

    public static string DecodeMessage(string encoded) => encoded.Contains('%') ? Uri.UnescapeDataString(encoded) : encoded;

    public static string EncodeStatus(StatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);

    // Senders may leave the padding out.
    private static byte[] FromBase64(string text) =>
        Convert.FromBase64String(text.Length % 4 == 0 ? text : text.PadRight(text.Length + 4 - (text.Length % 4), '='));
}
