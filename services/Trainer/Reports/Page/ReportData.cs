namespace FaceMix.Trainer.Reports.Page;

/// <summary>A picture within a page.</summary>
/// <param name="Src">A data URI.</param>
/// <param name="Width">In pixels of the file.</param>
/// <param name="Height">In pixels of the file.</param>
/// <param name="Columns">Faces beside each other.</param>
public sealed record PagePicture(string Src, int Width, int Height, int Columns);

/// <param name="Group">run, data, machine or cost.</param>
/// <param name="Label">What it is.</param>
/// <param name="Value">Ready to be read.</param>
public sealed record PageFact(string Group, string Label, string Value);

/// <param name="Step">Steps done, one for each row.</param>
/// <param name="Minutes">Training time.</param>
/// <param name="Values">By name; null where a row has none.</param>
public sealed record PageCurves(IReadOnlyList<long> Step, IReadOnlyList<double> Minutes, IReadOnlyDictionary<string, IReadOnlyList<double?>> Values);

/// <param name="Caption">Step and time.</param>
/// <param name="Picture">Reconstructions above samples.</param>
public sealed record PageFrame(string Caption, PagePicture Picture);

/// <param name="Label">What the row shows.</param>
/// <param name="Picture">One row of faces, or several.</param>
public sealed record PageStrip(string Label, PagePicture Picture);

/// <param name="Name">The face that is moved.</param>
/// <param name="Rows">One for each attribute.</param>
public sealed record PageTraversal(string Name, IReadOnlyList<PageStrip> Rows);

/// <param name="Pca">[N, 2].</param>
/// <param name="Explained">Part of the variance that the first two directions hold.</param>
/// <param name="Tsne">[N, 2]; empty where there are too few faces.</param>
/// <param name="Masks">Attributes of each face, hexadecimal.</param>
/// <param name="Thumbs">All faces in one picture.</param>
/// <param name="Thumb">Width and height of one of them.</param>
public sealed record PageMap(
    IReadOnlyList<double> Pca, double Explained, IReadOnlyList<double> Tsne, IReadOnlyList<string> Masks, PagePicture Thumbs, int Thumb);

/// <param name="Rows">New faces that come closest to a training face, and below each that training face.</param>
/// <param name="Distance">From a new face to its nearest training face, mean; root of the mean squared difference, pixels in 0..1.</param>
/// <param name="HeldOutDistance">The same from reconstructions of faces that no step saw.</param>
/// <param name="Faces">New faces looked at, and as many reconstructions.</param>
/// <param name="Among">Training faces compared with.</param>
public sealed record PageNeighbours(IReadOnlyList<PageStrip> Rows, double Distance, double HeldOutDistance, int Faces, int Among);

/// <param name="Part">encoder or decoder.</param>
/// <param name="Name">Of the layer, or of the array where only those are known.</param>
/// <param name="Kind">What it computes.</param>
/// <param name="Output">Shape of what it gives, or of the array.</param>
/// <param name="Count">Numbers in it.</param>
public sealed record PageLayer(string Part, string Name, string Kind, string Output, long Count);

/// <param name="Name">Of the attribute.</param>
/// <param name="Part">Of the faces that have it, 0 to 1.</param>
public sealed record PageShare(string Name, double Part);

/// <summary>
/// All that a report shows. It stands in the page as JSON, so that a later comparison needs the page and nothing else;
/// whatever a model or run cannot tell is empty.
/// </summary>
public sealed record ReportData
{
    /// <summary>Readers pass over fields that they do not know.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>NAME@VERSION, or a run's name.</summary>
    public required string Title { get; init; }

    public string Description { get; init; } = string.Empty;

    public DateTimeOffset Created { get; init; }

    /// <summary>True when the pictures are of people: the page says so.</summary>
    public bool Photographs { get; init; }

    public IReadOnlyList<PageFact> Facts { get; init; } = [];

    public IReadOnlyList<string> DataNotes { get; init; } = [];

    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What a reader must know of some metrics, by name.</summary>
    public IReadOnlyDictionary<string, string> MetricNotes { get; init; } = new Dictionary<string, string>();

    public PageCurves? Curves { get; init; }

    public IReadOnlyList<PageFrame> Frames { get; init; } = [];

    /// <summary>The faces that each of <see cref="Frames"/> gives back in its first row.</summary>
    public PagePicture? FrameOriginals { get; init; }

    /// <summary>The same faces as one animated picture; null in what is published of photographs, which goes further than a run's folder.</summary>
    public PagePicture? Preview { get; init; }

    /// <summary>Rows of faces that go with <see cref="Frames"/>: reconstructions and samples.</summary>
    public string FrameNote { get; init; } = string.Empty;

    /// <summary>Originals and reconstructions in turn.</summary>
    public IReadOnlyList<PageStrip> Reconstructions { get; init; } = [];

    public IReadOnlyList<PageStrip> Samples { get; init; } = [];

    /// <summary>Whether new faces are training faces learnt by heart.</summary>
    public PageNeighbours? Neighbours { get; init; }

    public IReadOnlyList<PageTraversal> Traversals { get; init; } = [];

    public IReadOnlyList<PageStrip> Morphs { get; init; } = [];

    public PageMap? Map { get; init; }

    public IReadOnlyList<double> KlNats { get; init; } = [];

    /// <summary>Variance of each number's posterior mean.</summary>
    public IReadOnlyList<double> Spread { get; init; } = [];

    public IReadOnlyList<PageShare> Attributes { get; init; } = [];

    public IReadOnlyList<PageLayer> Layers { get; init; } = [];

    public string Command { get; init; } = string.Empty;

    /// <summary>The whole preset, YAML.</summary>
    public string Preset { get; init; } = string.Empty;
}
