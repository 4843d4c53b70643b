using System.ComponentModel.DataAnnotations;

namespace FaceMix.Datasets.Preparation;

/// <summary>How faces are cut out of photographs.</summary>
public sealed record PreparationOptions
{
    /// <summary>Where Debian's opencv-data keeps its cascades.</summary>
    public const string Cascades = "/usr/share/opencv4/haarcascades";

    /// <summary>Width and height of every face, 32 to 1024.</summary>
    public int Size { get; init; } = 256;

    /// <summary>Room on every side of what the cascade calls the face, in parts of its width, 0 to 2: its box ends at forehead and chin.</summary>
    public double Margin { get; init; } = 0.35;

    /// <summary>A face narrower than this part of the picture's shorter side is not taken, 0.02 to 1: it would be a blur.</summary>
    public double Smallest { get; init; } = 0.15;

    /// <summary>Turns the face so that its eyes lie level, where both are found.</summary>
    public bool AlignEyes { get; init; }

    /// <summary>OpenCV's cascade for faces.</summary>
    public string FaceCascade { get; init; } = Path.Combine(Cascades, "haarcascade_frontalface_default.xml");

    /// <summary>OpenCV's cascade for eyes.</summary>
    public string EyeCascade { get; init; } = Path.Combine(Cascades, "haarcascade_eye.xml");

    /// <summary>Pictures taken at a time, 1 to 256.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <exception cref="ValidationException">A number is out of its range, or a cascade is not there; the message begins with the option.</exception>
    public void Check()
    {
        Require(Size is >= 32 and <= 1024, "size", Size, "32 to 1024");
        Require(Margin is >= 0 and <= 2, "margin", Margin, "0 to 2");
        Require(Smallest is >= 0.02 and <= 1, "smallest", Smallest, "0.02 to 1");
        Require(Threads is >= 1 and <= 256, "threads", Threads, "1 to 256");
        RequireFile("cascade", FaceCascade);
        if (AlignEyes)
            RequireFile("eye-cascade", EyeCascade);
    }

    private static void Require(bool holds, string option, double value, string range)
    {
        if (!holds)
            throw new ValidationException($"{option} is {value}; it must be {range}.");
    }

    private static void RequireFile(string option, string path)
    {
        if (!File.Exists(path))
            throw new ValidationException($"{option} is {path}; there is no cascade of that name: apt-get install opencv-data, or name another.");
    }
}
