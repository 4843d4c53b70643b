using System.Text.Json;
using FaceMix.Imaging;
using FaceMix.Tests.Trainer.Commands;
using FaceMix.Trainer;
using FaceMix.Trainer.Data;
using FaceMix.Trainer.Data.Preparation;
using Xunit;

namespace FaceMix.Tests.Trainer.Data;

/// <summary>The cascade was trained on photographs and knows some drawn faces as well; those stand in for photographs here.</summary>
public sealed class FacesAreCutOut : IDisposable
{
    private const int Face = 160;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsCascades]
    public void The_largest_face_of_each_photograph_is_found_and_cut_out_under_its_own_name()
    {
        var (known, _) = Known();
        Put("deep/one.jpg", Scene(480, 320, (known, Face, 40, 90)));
        Put("two.png", Scene(640, 400, (known, Face, 30, 40), (known, 2 * Face, 280, 40)));

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
        var (known, _) = Known();
        Put("face.png", Scene(320, 320, (known, Face, 60, 60)));
        Put("wall.png", Scene(320, 320));
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
        var (known, _) = Known();
        Put("face.png", Scene(480, 480, (known, Face, 160, 160)));

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
        var (known, _) = Known();
        Put("face.png", Scene(320, 320, (known, Face, 60, 60)));

        var summary = Run(new PreparationOptions { Size = 64, AlignEyes = true });

        Assert.Equal(1, summary.Found);
        Assert.InRange(double.Parse(File.ReadAllLines(_folder.File("faces", "index.csv"))[1].Split(',')[6]), -30, 30);
    }

    [Fact]
    public void What_cannot_be_done_is_said_in_a_sentence()
    {
        Assert.Contains("no cascade", Assert.Throws<UsageException>(() => new PreparationOptions { FaceCascade = "/nowhere.xml" }.Check()).Message, StringComparison.Ordinal);
        Assert.Contains("--size", Assert.Throws<UsageException>(() => new PreparationOptions { Size = 7 }.Check()).Message, StringComparison.Ordinal);
        Assert.Contains("--margin", Assert.Throws<UsageException>(() => new PreparationOptions { Margin = -1 }.Check()).Message, StringComparison.Ordinal);
    }

    [NeedsCascades]
    public void After_a_kill_the_next_call_goes_on_and_comes_to_what_an_uninterrupted_one_would()
    {
        var (known, _) = Known();
        const int photographs = 24;
        for (var i = 0; i < photographs; i++)
            Put($"{i % 3}/{i:D2}.jpg", Scene(640 + (2 * i), 400, i % 5 == 4 ? [] : [(known, Face, 30 + i, 40)]));
        File.WriteAllText(_folder.File("photos", "0", "page.jpg"), "<html>");
        string[] command = ["prepare", _folder.File("photos"), _folder.File("faces"), "--size", "64", "--threads", "1", "--json"];
        var journal = _folder.File("faces", ".prepared.jsonl");

        using (var program = TrainerProgram.Start(command))
        {
            while (!File.Exists(journal) || File.ReadAllLines(journal).Length < 5)
                Thread.Sleep(5);
            program.Signal("KILL");
            program.Wait();
        }
        Assert.False(File.Exists(_folder.File("faces", "index.csv")));
        // As a kill in the middle of a line would leave it.
        File.AppendAllText(journal, "{\"Source\":\"2/2");
        var times = Directory.GetFiles(_folder.File("faces"), "*.jpg", SearchOption.AllDirectories).ToDictionary(path => path, File.GetLastWriteTimeUtc);
        var again = TrainerProgram.Run(command);
        Assert.True(again.ExitCode == 0, again.Error);

        var before = JsonDocument.Parse(again.Output).RootElement.GetProperty("before").GetInt32();
        Assert.InRange(before, 5, photographs);
        Assert.Contains("were done before", again.Error, StringComparison.Ordinal);
        // One face may have been written whose line was not.
        Assert.True(times.Count(time => File.GetLastWriteTimeUtc(time.Key) != time.Value) <= 1);
        FolderPreparation.Run(_folder.File("photos"), _folder.File("whole"), new PreparationOptions { Size = 64 }, null, CancellationToken.None);
        static IEnumerable<string> Names(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path)).Where(name => name != ".prepared.jsonl").Order(StringComparer.Ordinal);
        Assert.Equal(Names(_folder.File("whole")), Names(_folder.File("faces")));
        foreach (var name in Names(_folder.File("whole")))
            Assert.Equal(File.ReadAllBytes(_folder.File("whole", name)), File.ReadAllBytes(_folder.File("faces", name)));
    }

    [NeedsCascades]
    public void A_later_call_does_what_is_new_changed_or_cut_in_another_way()
    {
        var (known, _) = Known();
        Put("old.png", Scene(320, 320, (known, Face, 60, 60)));
        Put("changed.png", Scene(320, 320, (known, Face, 60, 60)));
        Run();
        Put("changed.png", Scene(330, 330));
        Put("new.png", Scene(320, 320, (known, Face, 50, 50)));

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
        Put("wall.png", Scene(64, 64));

        Assert.Throws<DataException>(() => FolderPreparation.Run(_folder.File("photos"), _folder.File("photos"), new PreparationOptions(), null, CancellationToken.None));
        Assert.Throws<DataException>(() => FolderPreparation.Run(_folder.File("photos"), _folder.File("photos", "faces"), new PreparationOptions(), null, CancellationToken.None));
    }

    private PreparationSummary Run(PreparationOptions? options = null) =>
        FolderPreparation.Run(_folder.File("photos"), _folder.File("faces"), options ?? new PreparationOptions { Size = 64 }, null, CancellationToken.None);

    // The first drawn face that the cascade knows at both sizes used.
    private static (int Index, int Tried) Known()
    {
        using var finder = new FaceFinder(new PreparationOptions().FaceCascade);
        for (var i = 0; i < 60; i++)
        {
            if (finder.Find(Scene(320, 320, (i, Face, 60, 60)), 48, 5).Count == 1 && finder.Find(Scene(640, 400, (i, 2 * Face, 280, 40)), 60, 5).Count == 1)
                return (i, i + 1);
        }
        throw new InvalidOperationException("The cascade knows none of the drawn faces.");
    }

    private static RgbImage Scene(int width, int height, params (int Index, int Size, int X, int Y)[] faces)
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

    private void Put(string path, RgbImage picture)
    {
        var file = _folder.File("photos", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, ImageEncoder.Encode(picture, path.EndsWith(".png", StringComparison.Ordinal) ? ImageFormat.Png : ImageFormat.Jpeg));
    }
}
