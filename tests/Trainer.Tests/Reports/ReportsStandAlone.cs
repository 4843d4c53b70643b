using System.Diagnostics;
using System.Text.RegularExpressions;
using FaceMix.Datasets;
using FaceMix.Trainer.Reports.Page;
using Xunit;

namespace FaceMix.Tests.Trainer.Reports;

public sealed partial class ReportsStandAlone : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_page_names_no_address_but_its_own_pictures()
    {
        var html = ReportPage.Write(Example("a@1"));

        Assert.DoesNotMatch(OutsideAddress(), html);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_page_was_made_from_can_be_read_from_it()
    {
        File.WriteAllText(_folder.File("report.html"), ReportPage.Write(Example("a@1")));

        var report = ReportPage.Read(_folder.File("report.html"))!;

        Assert.Equal("a@1", report.Title);
        Assert.Equal([3, 2, null], report.Curves!.Values["total"]);
        Assert.Equal(Example("a@1").Reconstructions[0].Picture.Src, report.Reconstructions[0].Picture.Src);
    }

    [Theory]
    [InlineData("<html><body>Something else</body></html>")]
    [InlineData("<script type=\"application/json\" id=\"data\">{ broken</script>")]
    public void Another_page_is_no_report(string html)
    {
        File.WriteAllText(_folder.File("page.html"), html);

        Assert.Null(ReportPage.Read(_folder.File("page.html")));
        Assert.Null(ReportPage.Read(_folder.File("nowhere.html")));
    }

    [Fact]
    public void A_name_cannot_end_the_data_or_the_title()
    {
        var html = ReportPage.Write(Example("</script><script>alert(1)</script></title>"));

        Assert.Equal(1 + 1, Regex.Count(html, "</script>"));
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
    }

    [NeedsChromium]
    public void A_browser_shows_every_part_of_a_report()
    {
        File.WriteAllText(_folder.File("report.html"), ReportPage.Write(Example("a@1")));

        var page = Look(_folder.File("report.html"));

        string[] parts = ["time", "reconstructions", "samples", "neighbours", "traversals", "morphs", "map", "curves", "units", "metrics", "data", "model", "run"];
        Assert.All(parts, part => Assert.Contains($"<section id=\"{part}\">", page, StringComparison.Ordinal));
        Assert.Contains("src=\"data:image/webp", page, StringComparison.Ordinal);
        Assert.Contains("Made by FaceMix", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">null<", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [NeedsChromium]
    public void Who_asked_for_less_motion_gets_the_last_picture_and_a_button_to_watch()
    {
        File.WriteAllText(_folder.File("report.html"), ReportPage.Write(Example("a@1")));

        var page = Look(_folder.File("report.html"), "--force-prefers-reduced-motion");

        Assert.DoesNotContain("src=\"data:image/webp", page, StringComparison.Ordinal);
        Assert.Contains("Watch it learn", page, StringComparison.Ordinal);
    }

    [NeedsChromium]
    public void A_browser_shows_a_report_of_which_little_is_known()
    {
        File.WriteAllText(_folder.File("report.html"), ReportPage.Write(new ReportData { Title = "run 1" }));

        var page = Look(_folder.File("report.html"));

        Assert.Contains("Made by FaceMix", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<section id=\"samples\">", page, StringComparison.Ordinal);
    }

    [NeedsChromium]
    public void A_browser_shows_several_side_by_side()
    {
        File.WriteAllText(_folder.File("compare.html"), ReportPage.Compare("low against high", [Example("low@1"), Example("high@1") with { Curves = null, Traversals = [] }]));

        var page = Look(_folder.File("compare.html"));

        Assert.All(["metrics", "curves", "reconstructions", "samples", "traversals", "units", "runs"], part => Assert.Contains($"<section id=\"{part}\">", page, StringComparison.Ordinal));
        Assert.Contains("Made by FaceMix", page, StringComparison.Ordinal);
        Assert.Contains("class=\"n best\"", page, StringComparison.Ordinal);
    }

    // A script that fails half-way leaves the last part out, so the last part being there says that all is well.
    private static string Look(string path, params string[] options)
    {
        using var profile = new TemporaryFolder();
        var info = new ProcessStartInfo(NeedsChromiumAttribute.Chromium, [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={profile.Path}", "--virtual-time-budget=3000", .. options, "--dump-dom", $"file://{path}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEndAsync();
        var page = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        // The element that the scripts stand in holds their text as well; only what they made counts.
        var made = page.IndexOf("<main", StringComparison.Ordinal);
        Assert.True(made >= 0, error.Result);
        return page[made..page.IndexOf("</main>", StringComparison.Ordinal)];
    }

    private static ReportData Example(string title)
    {
        using var source = new SyntheticSource(1, 24, 32);
        var faces = source.ReadSpread(24);
        var pictures = new PagePictures(32);
        PageStrip Strip(string label) => new(label, pictures.Lay(faces[..(7 * 32 * 32 * 3)], 7));
        return new ReportData
        {
            Title = title,
            Description = "A test's model",
            Created = DateTimeOffset.UnixEpoch,
            Facts = [new("run", "Steps", "3"), new("data", "Name", "drawn/1"), new("machine", "Processor", "some"), new("cost", "Training time", "1 min")],
            DataNotes = ["24 drawn faces."],
            Metrics = new Dictionary<string, double> { ["psnr_db"] = 20.5 + title.Length, ["kl_nats"] = 3 },
            Curves = new PageCurves([1, 2, 3], [0.1, 0.2, 0.3], new Dictionary<string, IReadOnlyList<double?>> { ["total"] = [3, 2, null], ["weight_kl"] = [0.1, 0.2, 0.3] }),
            Frames = [new("step 1", Strip("").Picture), new("step 2", Strip("").Picture), new("step 3", Strip("").Picture)],
            FrameNote = "Samples",
            Preview = new("data:image/webp;base64,UklGRg==", 224, 99, 7),
            Reconstructions = [Strip("original"), Strip("reconstruction")],
            Samples = [Strip("temperature 0.6"), Strip("temperature 1.0")],
            Neighbours = new([Strip("new face"), Strip("nearest training face")], 0.08, 0.09, 200, 12_000),
            Traversals = [new("the mean face", [Strip("Smiling"), Strip("Young")])],
            Morphs = [Strip("")],
            Map = new PageMap([.. Enumerable.Range(0, 48).Select(i => (double)i)], 0.4, [], [.. Enumerable.Range(0, 24).Select(i => source.Attributes(i).Bits.ToString("x"))], pictures.Thumbs(faces, 40, 28), 28),
            KlNats = [2, 1, 0],
            Spread = [0.9, 0.4, 0.001],
            Attributes = [.. source.AttributeNames.Select(name => new PageShare(name, 0.25))],
            Layers = [new("encoder", "conv0", "Conv", "8 × 16 × 16", 1000), new("decoder", "dense", "Dense", "64", 2000)],
            Command = "./facemix train",
            Preset = "name: a",
        };
    }

    [GeneratedRegex("""(?:src|href)\s*=\s*["'](?!data:|#)|url\((?!['"]?\$\{|data:)|@import|https?://(?!www\.w3\.org/2000/svg)""", RegexOptions.IgnoreCase)]
    private static partial Regex OutsideAddress();
}
