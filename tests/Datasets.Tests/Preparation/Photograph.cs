using FaceMix.Datasets;
using FaceMix.Datasets.Preparation;
using FaceMix.Imaging;

namespace FaceMix.Tests.Datasets.Preparation;

/// <summary>Stands in for a photograph: the cascade was trained on photographs, but finds some synthetic faces as well.</summary>
internal static class Photograph
{
    /// <summary>Width of a face in pixels that the cascade finds.</summary>
    public const int Face = 160;

    /// <summary>The first synthetic face that the cascade finds at both sizes used.</summary>
    public static (int Index, int Tried) Known()
    {
        using var finder = new FaceFinder(new PreparationOptions().FaceCascade);
        for (var i = 0; i < 60; i++)
        {
            if (finder.Find(Scene(320, 320, (i, Face, 60, 60)), 48, 5).Count == 1 && finder.Find(Scene(640, 400, (i, 2 * Face, 280, 40)), 60, 5).Count == 1)
                return (i, i + 1);
        }
        throw new InvalidOperationException("The cascade knows none of the drawn faces.");
    }

    public static RgbImage Scene(int width, int height, params (int Index, int Size, int X, int Y)[] faces)
    {
        var scene = new RgbImage(width, height, [.. Enumerable.Repeat((byte)120, width * height * 3)]);
        foreach (var (index, size, x, y) in faces)
        {
            using var source = new SyntheticSource(1, 60, size);
            var face = new byte[size * size * 3];
            source.Read(index, face);
            for (var row = 0; row < size; row++)
                face.AsSpan(row * size * 3, size * 3).CopyTo(scene.Pixels.AsSpan((((y + row) * width) + x) * 3));
        }
        return scene;
    }
}
