using System.ComponentModel.DataAnnotations;
using FaceMix.Datasets;
using FaceMix.Datasets.Preparation;
using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Datasets.Preparation;

/// <summary>The cascade was trained on photographs and knows some drawn faces as well; those stand in for photographs here.</summary>
public sealed class FolderPreparationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsCascades]
    public void The_largest_face_of_each_photograph_is_found_and_cut_out_under_its_own_name()
    {
        var (known, _) = Photograph.Known();
        Put("deep/one.jpg", Photograph.Scene(480, 320, (known, Photograph.Face, 40, 90)));
        Put("two.png", Photograph.Scene(640, 400, (known, Photograph.Face, 30, 40), (known, 2 * Photograph.Face, 280, 40)));

        var summary = Run();

        Assert.Equal((2, 2, 1), (summary.Total, summary.Found, summary.Several));
        var index = File.ReadAllLines(_folder.File("faces", "index.csv"));
        Assert.Equal("file,faces,x,y,width,height,degrees,problem", index[0]);
        Assert.StartsWith("deep/one.jpg,1,", index[1], StringComparison.Ordinal);
        var cells = index[2].Split(',');
        Assert.Equal("two.png", cells[0]);
        Assert.InRange(int.Parse(cells[2]), 280, 480);
        var cut = ImageDecoder.DecodeFile(_folder.File("faces", "deep", "one.jpg"));
        Assert.Equal((64, 64), (cut.Width, cut.Height));
    }

    [NeedsCascades]
    public void Photographs_without_a_face_and_broken_files_are_counted_and_named()
    {
        var (known, _) = Photograph.Known();
        Put("face.png", Photograph.Scene(320, 320, (known, Photograph.Face, 60, 60)));
        Put("wall.png", Photograph.Scene(320, 320));
        File.WriteAllText(_folder.File("photos", "page.jpg"), "<html>");

        var summary = Run();

        Assert.Equal((3, 1), (summary.Total, summary.Found));
        Assert.Equal(["wall.png"], summary.WithoutFace);
        Assert.Equal("page.jpg", Assert.Single(summary.Broken).Path);
        Assert.False(File.Exists(_folder.File("faces", "wall.png")));
        var index = File.ReadAllText(_folder.File("faces", "index.csv"));
        Assert.Contains("wall.png,0,,,,,,no face found", index, StringComparison.Ordinal);
        Assert.Contains("a text file", index, StringComparison.Ordinal);
    }

    [NeedsCascades]
    public void More_margin_shows_more_of_what_is_around()
    {
        var (known, _) = Photograph.Known();
        Put("face.png", Photograph.Scene(480, 480, (known, Photograph.Face, 160, 160)));

        Run(new PreparationOptions { Size = 64, Margin = 0 });
        var tight = ImageDecoder.DecodeFile(_folder.File("faces", "face.png"));
        Run(new PreparationOptions { Size = 64, Margin = 1.5 });
        var wide = ImageDecoder.DecodeFile(_folder.File("faces", "face.png"));

        static int Wall(RgbImage image) => Enumerable.Range(0, 64 * 64).Count(i => (image.Pixels[3 * i], image.Pixels[(3 * i) + 1], image.Pixels[(3 * i) + 2]) == (120, 120, 120));
        Assert.True(Wall(wide) > Wall(tight) + 500, $"{Wall(tight)} and {Wall(wide)} pixels of wall");
    }

    [NeedsCascades]
    public void Aligned_faces_are_found_as_before_and_say_their_slope()
    {
        var (known, _) = Photograph.Known();
        Put("face.png", Photograph.Scene(320, 320, (known, Photograph.Face, 60, 60)));

        var summary = Run(new PreparationOptions { Size = 64, AlignEyes = true });

        Assert.Equal(1, summary.Found);
        Assert.InRange(double.Parse(File.ReadAllLines(_folder.File("faces", "index.csv"))[1].Split(',')[6]), -30, 30);
    }

    [Fact]
    public void What_cannot_be_done_is_said_in_a_sentence()
    {
        Assert.Contains("no cascade", Assert.Throws<ValidationException>(() => new PreparationOptions { FaceCascade = "/nowhere.xml" }.Check()).Message, StringComparison.Ordinal);
        Assert.Contains("size is 7", Assert.Throws<ValidationException>(() => new PreparationOptions { Size = 7 }.Check()).Message, StringComparison.Ordinal);
        Assert.Contains("margin is -1", Assert.Throws<ValidationException>(() => new PreparationOptions { Margin = -1 }.Check()).Message, StringComparison.Ordinal);
    }

    [NeedsCascades]
    public void A_later_call_does_what_is_new_changed_or_cut_in_another_way()
    {
        var (known, _) = Photograph.Known();
        Put("old.png", Photograph.Scene(320, 320, (known, Photograph.Face, 60, 60)));
        Put("changed.png", Photograph.Scene(320, 320, (known, Photograph.Face, 60, 60)));
        Run();
        Put("changed.png", Photograph.Scene(330, 330));
        Put("new.png", Photograph.Scene(320, 320, (known, Photograph.Face, 50, 50)));

        var later = Run();

        Assert.Equal((3, 2, 1), (later.Total, later.Found, later.Before));
        Assert.Equal(["new.png", "old.png"], Directory.GetFiles(_folder.File("faces"), "*.png").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(0, Run(new PreparationOptions { Size = 48 }).Before);
        Assert.Equal(48, ImageDecoder.DecodeFile(_folder.File("faces", "old.png")).Width);
        Assert.Equal(3, Run(new PreparationOptions { Size = 48, Threads = 1 }).Before);
        File.Delete(_folder.File("faces", "old.png"));
        Assert.Equal(2, Run(new PreparationOptions { Size = 48 }).Before);
        Assert.Equal(0, FolderPreparation.Run(_folder.File("photos"), _folder.File("faces"), new PreparationOptions { Size = 48 }, null, CancellationToken.None, again: true).Before);
    }

    [NeedsCascades]
    public void The_photographs_own_folder_is_never_written_over()
    {
        Put("wall.png", Photograph.Scene(64, 64));

        Assert.Throws<DataException>(() => FolderPreparation.Run(_folder.File("photos"), _folder.File("photos"), new PreparationOptions(), null, CancellationToken.None));
        Assert.Throws<DataException>(() => FolderPreparation.Run(_folder.File("photos"), _folder.File("photos", "faces"), new PreparationOptions(), null, CancellationToken.None));
    }

    private PreparationSummary Run(PreparationOptions? options = null) =>
        FolderPreparation.Run(_folder.File("photos"), _folder.File("faces"), options ?? new PreparationOptions { Size = 64 }, null, CancellationToken.None);

    private void Put(string path, RgbImage picture)
    {
        var file = _folder.File("photos", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, ImageEncoder.Encode(picture, path.EndsWith(".png", StringComparison.Ordinal) ? ImageFormat.Png : ImageFormat.Jpeg));
    }
}
