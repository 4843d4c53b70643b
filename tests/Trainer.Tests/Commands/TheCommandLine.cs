using System.Diagnostics;
using System.Text.Json;
using FaceMix.Imaging;
using FaceMix.ModelStore;
using FaceMix.Trainer;
using FaceMix.Trainer.Commands;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Reports.Page;
using Xunit;

namespace FaceMix.Tests.Trainer.Commands;

public sealed class TheCommandLine
{
    private static readonly string[] s_tiny = ["--preset", "facemix-32-tiny", "--count", "400", "--encode", "0"];

    [Fact]
    public void A_run_publishes_a_whole_version_that_can_be_evaluated_and_published_elsewhere()
    {
        using var folder = new TemporaryFolder();
        var models = folder.File("models");

        var trained = TrainerProgram.Run(["train", .. s_tiny, "--models", models, "--max-time", "0s", "--set", "training.max_steps=30", "--json"]);

        Assert.True(trained.ExitCode == 0, trained.Error);
        var model = JsonDocument.Parse(trained.Output).RootElement.GetProperty("model").GetString()!;
        var catalog = new ModelCatalog(models);
        var manifest = catalog.Verify(ModelVersionId.Parse(model));
        string[] files = [ModelFiles.Card, ModelFiles.Decoder, ModelFiles.Density, ModelFiles.Encoder, ModelFiles.Report, ModelFiles.Samples, ModelFiles.Weights];
        Assert.Equal(files.Order(StringComparer.Ordinal), manifest.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((32, 16), (manifest.ImageSize, manifest.LatentSize));
        Assert.True(manifest.Attributes.Count >= 20);
        var version = catalog.FolderOf(manifest.Id);
        Assert.Contains("training.max_steps=30", File.ReadAllText(Path.Combine(version, ModelFiles.Card)), StringComparison.Ordinal);
        Assert.True(ImageDecoder.DecodeFile(Path.Combine(version, ModelFiles.Samples)).Width > 32 * 12);

        var evaluated = TrainerProgram.Run("evaluate", "--models", models, "--count", "40", "--judge-steps", "2", "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        var result = JsonDocument.Parse(evaluated.Output).RootElement;
        Assert.True(result.GetProperty("psnr_db").GetDouble() > 5);
        Assert.Equal(manifest.Attributes.Count, result.GetProperty("judge").GetArrayLength());
        // The judge is a model of its own, and the next one who asks gets the same.
        var judge = Assert.Single(new ModelCatalog(folder.File("judges")).List());
        new ModelCatalog(folder.File("judges")).Verify(judge);
        var again = TrainerProgram.Run("evaluate", "--models", models, "--count", "40", "--judge", judge.Name, "--json");
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.DoesNotContain("Training a judge", again.Error, StringComparison.Ordinal);
        Assert.Contains(judge.Name, again.Error, StringComparison.Ordinal);
        Assert.Equal(evaluated.Output, again.Output);

        var run = Assert.Single(Directory.GetDirectories(Path.Combine(models, manifest.Name, "runs")));
        Assert.Single(Directory.GetFiles(run, "events.out.tfevents.*"));
        var taken = RunPictures.Read(run);
        Assert.Equal((0, 30), (taken[0].Step, taken[^1].Step));
        Assert.All(taken, picture => Assert.True(File.Exists(Path.Combine(run, RunPictures.FolderName, picture.File))));

        var reported = TrainerProgram.Run("report", Path.GetFileName(run), "--models", models, "--out", folder.File("report.html"));
        Assert.True(reported.ExitCode == 0, reported.Error);
        var report = ReportPage.Read(folder.File("report.html"))!;
        Assert.Equal(model, report.Title);
        Assert.Equal(taken.Count, report.Frames.Count);
        Assert.Equal(manifest.Attributes.Count, report.Attributes.Count);
        Assert.Contains("weight_kl", report.Curves!.Values.Keys);
        var compared = TrainerProgram.Run("compare", model, folder.File("report.html"), "--models", models, "--out", folder.File("compare.html"));
        Assert.True(compared.ExitCode == 0, compared.Error);
        Assert.True(new FileInfo(folder.File("compare.html")).Length > 10_000);

        var published = TrainerProgram.Run("publish", "--from", version, "--models", folder.File("other"));
        Assert.True(published.ExitCode == 0, published.Error);
        new ModelCatalog(folder.File("other")).Verify(manifest.Id);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public void A_run_that_is_told_to_end_saves_first_and_can_be_resumed(string signal, int exitCode)
    {
        using var folder = new TemporaryFolder();
        using var program = TrainerProgram.Start(["train", .. s_tiny, "--models", folder.Path, "--max-time", "1h", "--set", "training.checkpoint_seconds=1"]);
        WaitUntil(() => Directory.EnumerateFiles(folder.Path, "checkpoint.safetensors", SearchOption.AllDirectories).Any());

        program.Signal(signal);

        var stopped = program.Wait();
        Assert.True(stopped.ExitCode == exitCode, stopped.Error);
        Assert.Contains("--resume", stopped.Error, StringComparison.Ordinal);
        var resumed = TrainerProgram.Run("train", "--preset", "facemix-32-tiny", "--models", folder.Path, "--resume", "--max-time", "1s", "--encode", "0");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("from step", resumed.Error, StringComparison.Ordinal);
        Assert.Contains("Published", resumed.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "--preset", "nothing")]
    [InlineData("train", "--max-time", "soon")]
    [InlineData("train", "--data", "/nowhere/at/all")]
    [InlineData("train", "--set", "training.bacth=8")]
    [InlineData("train", "--resume", "20200101-000000")]
    [InlineData("train", "--frobnicate", "1")]
    [InlineData("encode", "--count", "0")]
    [InlineData("encode", "--shard", "2/2")]
    [InlineData("evaluate", "--model", "facemix-64")]
    [InlineData("draw", "--size", "7")]
    [InlineData("report", "nothing@1", "--redraw")]
    [InlineData("compare", "one.html", "two.html")]
    public void What_cannot_be_done_as_asked_is_said_in_a_sentence_with_exit_code_2(string command, string option, string value)
    {
        using var folder = new TemporaryFolder();
        string[] models = command == "draw" ? [] : ["--models", folder.Path];

        var (exitCode, _, error) = TrainerProgram.Run([command, option, value, .. models]);

        Assert.True(exitCode == 2, error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.NotEmpty(error.Trim());
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_before_a_run_begins()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, _, error) = TrainerProgram.Run(["train", .. s_tiny, "--models", folder.Path, "--device", "cuda:64"]);

        Assert.True(exitCode == 2, error);
        Assert.Contains("cuda:64", error, StringComparison.Ordinal);
        Assert.Contains("libtorch sees", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Drawn_faces_can_be_written_as_a_sheet_and_as_a_labelled_folder()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(0, TrainerProgram.Run("draw", "--count", "13", "--out", folder.File("sheet.png")).ExitCode);
        Assert.Equal(0, TrainerProgram.Run("draw", "--count", "3", "--size", "32", "--out", folder.File("faces")).ExitCode);

        Assert.True(ImageDecoder.DecodeFile(folder.File("sheet.png")).Height > 2 * 64);
        Assert.Equal(3, Directory.GetFiles(folder.File("faces"), "*.png").Length);
        var labels = File.ReadAllLines(folder.File("faces", "labels.csv"));
        Assert.Equal(4, labels.Length);
        Assert.StartsWith("file,", labels[0], StringComparison.Ordinal);
        Assert.Equal(labels[0].Count(c => c == ','), labels[1].Count(c => c == ','));
    }

    [Fact]
    public void Without_a_store_encoding_says_so()
    {
        using var folder = new TemporaryFolder();
        var trained = TrainerProgram.Run(["train", .. s_tiny[..4], "--encode", "10", "--store", "http://127.0.0.1:9", "--models", folder.File("models"), "--max-time", "0s", "--set", "training.max_steps=2"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Contains("No latent store answers at http://127.0.0.1:9", trained.Error, StringComparison.Ordinal);

        var encoded = TrainerProgram.Run("encode", "--models", folder.File("models"), "--store", "http://127.0.0.1:9", "--count", "10");

        Assert.Equal(1, encoded.ExitCode);
        Assert.Contains("No latent store answers", encoded.Error, StringComparison.Ordinal);

        string[] toFile = ["encode", "--models", folder.File("models"), "--no-store", "--csv", folder.File("latents.csv"), "--count", "40", "--shard", "1/2"];
        var written = TrainerProgram.Run(toFile);
        Assert.True(written.ExitCode == 0, written.Error);
        Assert.Equal(1 + 20, File.ReadAllLines(folder.File("latents.csv")).Length);
        var again = TrainerProgram.Run(toFile);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Contains("All 20 were done before", again.Error, StringComparison.Ordinal);
        Assert.Equal(1 + 20, File.ReadAllLines(folder.File("latents.csv")).Length);
    }

    [Theory]
    [InlineData("127.0.0.1:5102")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("dns:///")]
    public void What_is_no_address_of_a_store_is_said_before_any_work(string store)
    {
        var ran = TrainerProgram.Run("train", "--store", store);

        Assert.Equal(2, ran.ExitCode);
        Assert.Contains($"--store is '{store}', but an address looks like http://127.0.0.1:5102", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("6m", 360)]
    [InlineData("1h30m", 5400)]
    [InlineData("0s", 0)]
    [InlineData("0.5m", 30)]
    public void Durations_are_read_as_people_write_them(string text, double seconds) => Assert.Equal(seconds, Duration.Parse(text).TotalSeconds, 6);

    [Theory]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("m6")]
    [InlineData("-1s")]
    [InlineData("99999h")]
    public void Nonsense_is_no_duration(string text) => Assert.Throws<UsageException>(() => Duration.Parse(text));

    private static void WaitUntil(Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "nothing was saved within two minutes");
            Thread.Sleep(100);
        }
    }
}
