namespace FaceMix.LatentStore.Search;

/// <summary>Keeps the smallest of the keys that it is given, at most so many; equal keys by id.</summary>
/// <param name="capacity">At least 1.</param>
public sealed class Smallest<TKey>(int capacity)
    where TKey : struct, IComparable<TKey>
{
    private readonly (TKey Key, long Id)[] _kept = new (TKey, long)[capacity];

    public int Count { get; private set; }

    public bool IsFull => Count == capacity;

    /// <summary>Smallest first.</summary>
    public ReadOnlySpan<(TKey Key, long Id)> Kept => _kept.AsSpan(0, Count);

    /// <summary>The largest kept; a larger key changes nothing when it is full.</summary>
    public TKey Largest => _kept[Count - 1].Key;

    public void Add(TKey key, long id)
    {
        if (IsFull && IsBehind(_kept[Count - 1], key, id))
            return;
        var place = IsFull ? Count - 1 : Count++;
        for (; place > 0 && !IsBehind(_kept[place - 1], key, id); place--)
            _kept[place] = _kept[place - 1];
        _kept[place] = (key, id);
    }

    public void Clear() => Count = 0;

    private static bool IsBehind((TKey Key, long Id) kept, TKey key, long id)
    {
        var order = key.CompareTo(kept.Key);
        return order > 0 || (order == 0 && id > kept.Id);
    }
}
