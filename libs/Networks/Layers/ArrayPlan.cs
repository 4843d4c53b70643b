namespace FaceMix.Networks.Layers;

/// <summary>What an array begins as.</summary>
public enum First
{
    Zeros,
    Ones,

    /// <summary>Uniform, bounded by Glorot's rule or by 1/√fan-in.</summary>
    Uniform,

    /// <summary>Normal, of length 1.</summary>
    Direction,
}

/// <summary>An array that a layer needs, before there is one.</summary>
/// <param name="Name">Such as <c>convs.0.weight</c>.</param>
/// <param name="Sizes">Outermost first.</param>
/// <param name="First">What it begins as.</param>
/// <param name="Bound">Of <see cref="First.Uniform"/>.</param>
/// <param name="Learnt">False for running statistics.</param>
public sealed record ArrayPlan(string Name, IReadOnlyList<long> Sizes, First First, double Bound, bool Learnt)
{
    public long Numbers => Sizes.Aggregate(1L, (a, b) => a * b);
}

/// <summary>A row of a network's description.</summary>
/// <param name="Name">Of the layer; empty where it has no arrays.</param>
/// <param name="Kind">Such as <c>Conv 5×5 /2</c>.</param>
/// <param name="Output">Its output's shape.</param>
/// <param name="Arrays">What it keeps.</param>
public sealed record LayerRow(string Name, string Kind, Shape Output, IReadOnlyList<ArrayPlan> Arrays)
{
    /// <summary>Numbers in its arrays, running statistics included: how Keras counts, and so the reports.</summary>
    public long Parameters => Arrays.Sum(array => array.Numbers);

    public long Learnt => Arrays.Where(array => array.Learnt).Sum(array => array.Numbers);
}
