using FaceMix.Imaging;

namespace FaceMix.Datasets.Preparation;

/// <param name="Faces">How many were found.</param>
/// <param name="Box">The largest.</param>
/// <param name="Degrees">Slope of its eyes; 0 where they were not looked for or not found.</param>
/// <param name="Picture">The face, square.</param>
public sealed record CutFace(int Faces, FaceBox Box, double Degrees, RgbImage Picture);

/// <summary>Finds the largest face of a photograph and cuts it out. For one thread at a time.</summary>
public sealed class FaceCutter : IDisposable
{
    private const int FaceNeighbours = 5;
    private const int EyeNeighbours = 6;

    // Beyond this slope one of the "eyes" is a nostril or a mouth's corner.
    private const double SteepestDegrees = 30;

    private readonly PreparationOptions _options;
    private readonly FaceFinder _faces;
    private readonly FaceFinder? _eyes;

    /// <exception cref="ImageException">A cascade cannot be read.</exception>
    public FaceCutter(PreparationOptions options)
    {
        _options = options;
        _faces = new FaceFinder(options.FaceCascade);
        _eyes = options.AlignEyes ? new FaceFinder(options.EyeCascade) : null;
    }

    /// <returns>Null when no face was found.</returns>
    public CutFace? Cut(RgbImage photograph)
    {
        var smallest = Math.Max(24, (int)(_options.Smallest * Math.Min(photograph.Width, photograph.Height)));
        var faces = _faces.Find(photograph, smallest, FaceNeighbours);
        if (faces.Count == 0)
            return null;
        var box = faces[0];
        var degrees = Slope(photograph, box);
        var side = box.Width * (1 + (2 * _options.Margin));
        return new CutFace(faces.Count, box, degrees, FaceFinder.Cut(photograph, box.CentreX, box.CentreY, side, degrees, _options.Size));
    }

    public void Dispose()
    {
        _faces.Dispose();
        _eyes?.Dispose();
    }

    private double Slope(RgbImage photograph, FaceBox face)
    {
        if (_eyes is null)
            return 0;
        // Eyes lie in the upper part of the box, one on either side of its middle.
        var upper = face with { Height = Math.Min(face.Height * 3 / 5, photograph.Height - face.Y) };
        var found = _eyes.Find(photograph, Math.Max(8, face.Width / 8), EyeNeighbours, upper);
        var left = found.Where(eye => eye.CentreX < face.CentreX).Cast<FaceBox?>().FirstOrDefault();
        var right = found.Where(eye => eye.CentreX > face.CentreX).Cast<FaceBox?>().FirstOrDefault();
        if (left is not { } one || right is not { } other || other.CentreX - one.CentreX < face.Width / 4.0)
            return 0;
        var degrees = Math.Atan2(other.CentreY - one.CentreY, other.CentreX - one.CentreX) * 180 / Math.PI;
        return Math.Abs(degrees) <= SteepestDegrees ? degrees : 0;
    }
}
