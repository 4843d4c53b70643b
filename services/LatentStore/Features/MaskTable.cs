using FaceMix.Latents;

namespace FaceMix.LatentStore.Features;

/// <summary>The ids and masks of one model version's latents, as they were at one revision. 16 bytes a latent.</summary>
public sealed class MaskTable
{
    private readonly long[] _ids;
    private readonly AttributeMask[] _masks;
    private readonly long[] _counts = new long[AttributeMask.MaxAttributes];

    /// <param name="revision">The revision that the rows were read at.</param>
    /// <param name="ids">Ascending: the order is part of what a seed chooses.</param>
    /// <param name="masks">In the order of the ids.</param>
    public MaskTable(long revision, long[] ids, AttributeMask[] masks)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(masks.Length, ids.Length);
        Revision = revision;
        _ids = ids;
        _masks = masks;
        foreach (var mask in masks)
        {
            for (var rest = mask; !rest.IsEmpty; rest = rest.WithoutFirst)
                _counts[rest.First]++;
        }
    }

    public long Revision { get; }

    public int Count => _ids.Length;

    /// <summary>How many latents have the attribute of this bit, 0 to 63.</summary>
    public long CountOf(int bit) => _counts[bit];

    /// <summary>
    /// One of the latents that miss the fewest wishes, none at best; which of them, the seed decides, and each is
    /// equally likely over the seeds.
    /// </summary>
    /// <returns>Its id, and how many latents were equally good; null when the table is empty.</returns>
    public (long Id, long Candidates)? Choose(Wish wish, ulong seed)
    {
        if (_ids.Length == 0)
            return null;
        var fewest = int.MaxValue;
        var candidates = 0L;
        foreach (var mask in _masks)
        {
            var misses = wish.Misses(mask);
            if (misses > fewest)
                continue;
            candidates = misses < fewest ? 1 : candidates + 1;
            fewest = misses;
        }

        var skip = new SplitMix64(seed).Below(candidates);
        for (var i = 0; ; i++)
        {
            if (wish.Misses(_masks[i]) == fewest && skip-- == 0)
                return (_ids[i], candidates);
        }
    }
}
