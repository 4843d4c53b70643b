using System.Text.Json;
using FaceMix.Datasets.Preparation;
using FaceMix.Imaging;
using FaceMix.Tests.Datasets.Preparation;
using Xunit;

namespace FaceMix.Tests.Trainer.Commands;

public sealed class PrepareCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NeedsCascades]
    public void A_preparation_that_was_killed_goes_on_and_ends_with_the_files_of_an_uninterrupted_one()
    {
        var (known, _) = Photograph.Known();
        const int photographs = 24;
        for (var i = 0; i < photographs; i++)
            Put($"{i % 3}/{i:D2}.jpg", Photograph.Scene(640 + (2 * i), 400, i % 5 == 4 ? [] : [(known, Photograph.Face, 30 + i, 40)]));
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
    public void An_option_out_of_its_range_is_named_with_exit_code_2()
    {
        Put("wall.png", Photograph.Scene(64, 64));
        foreach (var (option, value, message) in (ReadOnlySpan<(string, string, string)>)[
            ("--size", "7", "--size is 7; it must be 32 to 1024."),
            ("--cascade", "/nowhere.xml", "--cascade is /nowhere.xml; there is no cascade of that name")])
        {
            var said = TrainerProgram.Run("prepare", _folder.File("photos"), _folder.File("faces"), option, value);

            Assert.Equal(2, said.ExitCode);
            Assert.Contains(message, said.Error, StringComparison.Ordinal);
        }
    }

    private void Put(string path, RgbImage picture)
    {
        var file = _folder.File("photos", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, ImageEncoder.Encode(picture, path.EndsWith(".png", StringComparison.Ordinal) ? ImageFormat.Png : ImageFormat.Jpeg));
    }
}
