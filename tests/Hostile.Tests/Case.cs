namespace FaceMix.Tests.Hostile;

/// <summary>One thing that a hostile peer does, and what may come of it.</summary>
/// <param name="Name">With what was chosen by chance, so that a failure can be understood.</param>
/// <param name="RunAsync">Does it and says what came of it.</param>
/// <param name="Allowed">What the protocol prescribes; several where it leaves a choice.</param>
internal sealed record Case<TPeer>(string Name, Func<TPeer, CancellationToken, Task<string>> RunAsync, params string[] Allowed);

internal static class Ends
{
    /// <summary>
    /// The connection ended without a GOAWAY, which may happen to who sends on after an error. Kestrel 10 reads no more once it has found
    /// one; a byte that comes before the GOAWAY is out ends the transport's receiving, which counts as a client that has left
    /// (Http2Connection.OnInputOrOutputCompleted), and the socket is closed with the GOAWAY still in its pipe. A capture shows SETTINGS
    /// and their acknowledgement, then FIN. Of 240 000 clients that sent a CONTINUATION of nothing and, up to 0.25 ms later, a ping,
    /// 14 saw no GOAWAY; of 240 000 that sent nothing more, every one saw it. See also dotnet/aspnetcore#30373.
    /// </summary>
    public const string Closed = "closed";
}

internal static class Chance
{
    public static T Of<T>(this Random random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    public static byte[] Bytes(this Random random, int most)
    {
        var bytes = new byte[random.Next(most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A copy with some bytes changed, put in, taken out, or cut off.</summary>
    public static byte[] Mutated(this Random random, ReadOnlySpan<byte> original)
    {
        var bytes = new List<byte>(original.ToArray());
        for (var times = random.Next(1, 6); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 10), bytes.Count - at));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(10) == 0 ? bytes.Count - at : 0);
                    break;
            }
        }
        return [.. bytes];
    }
}
