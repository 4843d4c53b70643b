using System.Numerics;

namespace FaceMix.LatentStore.Search;

/// <summary>
/// The order in which a seed takes faces that are equally good: by PostgreSQL's <c>hashint8extended(id, seed)</c>, ties by id. It depends on
/// nothing but id and seed, so every replica, in memory or in SQL, takes the same; and every face is equally likely over the seeds. PostgreSQL
/// keeps the function as it is, because hash partitions depend on it.
/// </summary>
public static class SeededOrder
{
    private const uint Initial = 0x9e3779b9 + sizeof(uint) + 3923095;

    /// <summary>The face's place; smaller comes first.</summary>
    public static long Key(long id, ulong seed)
    {
        var low = (uint)id;
        var high = (uint)(id >> 32);
        low ^= id >= 0 ? high : ~high;

        uint a = Initial, b = Initial, c = Initial;
        if (seed != 0)
        {
            a += (uint)(seed >> 32);
            b += (uint)seed;
            Mix(ref a, ref b, ref c);
        }
        a += low;
        Finish(ref a, ref b, ref c);
        return (long)(((ulong)b << 32) | c);
    }

    // Bob Jenkins' lookup3 (public domain), as src/common/hashfn.c of PostgreSQL has it.
    private static void Mix(ref uint a, ref uint b, ref uint c)
    {
        a -= c; a ^= BitOperations.RotateLeft(c, 4); c += b;
        b -= a; b ^= BitOperations.RotateLeft(a, 6); a += c;
        c -= b; c ^= BitOperations.RotateLeft(b, 8); b += a;
        a -= c; a ^= BitOperations.RotateLeft(c, 16); c += b;
        b -= a; b ^= BitOperations.RotateLeft(a, 19); a += c;
        c -= b; c ^= BitOperations.RotateLeft(b, 4); b += a;
    }

    private static void Finish(ref uint a, ref uint b, ref uint c)
    {
        c ^= b; c -= BitOperations.RotateLeft(b, 14);
        a ^= c; a -= BitOperations.RotateLeft(c, 11);
        b ^= a; b -= BitOperations.RotateLeft(a, 25);
        c ^= b; c -= BitOperations.RotateLeft(b, 16);
        a ^= c; a -= BitOperations.RotateLeft(c, 4);
        b ^= a; b -= BitOperations.RotateLeft(a, 14);
        c ^= b; c -= BitOperations.RotateLeft(b, 24);
    }
}
