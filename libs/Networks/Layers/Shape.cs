namespace FaceMix.Networks.Layers;

/// <summary>Sizes of one picture's share of a tensor: channels, and for maps height and width. The batch is left out.</summary>
/// <param name="Channels">Channels of maps, or the length of a vector.</param>
/// <param name="Height">0 for a vector.</param>
/// <param name="Width">0 for a vector.</param>
public readonly record struct Shape(long Channels, long Height = 0, long Width = 0)
{
    public bool IsMap => Height > 0;

    public long Numbers => IsMap ? Channels * Height * Width : Channels;

    public override string ToString() => IsMap ? $"[N, {Channels}, {Height}, {Width}]" : $"[N, {Channels}]";
}
