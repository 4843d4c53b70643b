using FaceMix.Datasets;
using FaceMix.Imaging;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Reports.Page;
using FaceMix.Trainer.Training;
using NetVips;
using Xunit;

namespace FaceMix.Tests.Trainer.Reports;

public sealed class LearningPreviewTests
{
    private const int Face = 32;

    [Fact]
    public void An_animation_has_every_picture_in_order_and_rests_on_the_last()
    {
        var (file, width, height) = LearningPreview.Of([Sheet(0), Sheet(120), Sheet(240)], Face)!.Value;

        using var read = Image.NewFromBuffer(file, kwargs: new() { ["n"] = -1 });
        Assert.Equal((3, width, 3 * height), ((int)read.Get("n-pages"), read.Width, read.Height));
        Assert.Equal([300, 300, 2500], (int[])read.Get("delay"));
        Assert.Equal(0, (int)read.Get("loop"));
        Assert.Equal([0, 120, 240], Enumerable.Range(0, 3).Select(frame => Math.Round(read[0, frame * height][0] / 40) * 40));
        // The line below the faces grows: in the last frame it reaches the right edge.
        Assert.True(read[width - 1, height - 2][0] > 200);
        Assert.True(read[width - 1, (3 * height) - 2][0] < 100);
    }

    [Fact]
    public void Of_many_large_pictures_few_are_shown_shrunk_and_the_file_stays_below_a_megabyte()
    {
        var noise = new Random(1);
        var sheets = Enumerable.Range(0, 48).Select(_ =>
        {
            var pixels = new byte[8 * 128 * 3 * 128 * 3];
            noise.NextBytes(pixels);
            return new RgbImage(8 * 128, 3 * 128, pixels);
        }).ToList();

        var (file, width, height) = LearningPreview.Of(sheets, 128)!.Value;

        using var read = Image.NewFromBuffer(file, kwargs: new() { ["n"] = -1 });
        Assert.Equal((8 * LearningPreview.LargestFace, (3 * LearningPreview.LargestFace) + 3), (width, height));
        Assert.Equal(LearningPreview.MostFrames, (int)read.Get("n-pages"));
        Assert.InRange(file.Length, 100_000, LearningPreview.MostBytes);
    }

    [Fact]
    public void A_single_picture_is_no_animation() => Assert.Null(LearningPreview.Of([Sheet(1)], Face));

    [Fact]
    public void Spreading_keeps_the_first_and_the_last() => Assert.Equal([0, 3, 6, 9], LearningPreview.Spread([.. Enumerable.Range(0, 10)], 4));

    [Theory]
    [InlineData("drawn")]
    [InlineData("photographs")]
    public void A_runs_own_report_shows_it_and_a_published_one_only_where_no_photographs_were_learnt(string data)
    {
        using var folder = new TemporaryFolder();
        var preset = TinyRun.Preset("model.encoder=[4,4,4]", "model.decoder=[4,4,4]");
        var request = new RunRequest { Data = data };
        var run = RunFolder.Create(folder.Path, preset, request, DateTimeOffset.UnixEpoch);
        using var training = new TrainingRun(preset, 1);
        TakePictures(training, run.FullPath);
        var facts = new CardFacts
        {
            Version = "tiny@1",
            Preset = preset,
            Parameters = 1,
            DatasetName = data,
            DatasetDigest = "0",
            DatasetNotes = [],
            Drawn = data == "drawn",
            State = training.State,
            Request = request,
            SampleSeeds = (1, 36),
            Metrics = new SortedDictionary<string, double>(),
            Machine = string.Empty,
        };

        var own = ReportFacts.Of(run);
        var published = ReportFacts.Of(facts, new History(), run.FullPath);

        Assert.StartsWith("data:image/webp;base64,", own.Preview!.Src, StringComparison.Ordinal);
        Assert.Equal(data == "drawn" ? own.Preview.Src : null, published.Preview?.Src);
        Assert.Equal(3, published.Frames.Count);
    }

    private static void TakePictures(TrainingRun run, string folder)
    {
        using var faces = new FaceData(TinyRun.Faces(16), TinyRun.Faces(8), [], []) { IsSynthetic = true };
        using var pictures = new RunPictures(run, folder, faces);
        pictures.Begin();
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            var state = new RunState { Step = 10 * epoch, Elapsed = TimeSpan.FromMinutes(epoch), Next = new BatchPosition(epoch, 0) };
            pictures.Stepped(state, new StepReport(1, [], 1e-3, 1, false), epoch / 2.0);
        }
    }

    private static RgbImage Sheet(byte grey)
    {
        var pixels = new byte[8 * Face * 3 * Face * 3];
        pixels.AsSpan().Fill(grey);
        return new RgbImage(8 * Face, 3 * Face, pixels);
    }
}
