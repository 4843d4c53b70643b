using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FaceMix.Imaging;
using FaceMix.Trainer.Reports.TensorBoard;
using FaceMix.Trainer.Training;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FaceMix.Tests.Trainer.Reports;

public sealed class TensorBoardReadsTheLog : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checksum_is_the_published_one()
    {
        // RFC 3720, B.4, and the check value of every list of CRCs.
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    [NeedsPythonTorch]
    public void An_independent_reader_finds_every_curve_and_picture()
    {
        var time = new FakeTimeProvider();
        var png = ImageEncoder.Encode(new byte[6 * 4 * 3], 6, 4, ImageFormat.Png);
        using (var log = new TensorBoardLog(_folder.Path, time))
        {
            log.Stepped(new RunState { Step = 1 }, new StepReport(3, [new TermValue("kl", 0.5, 2)], 0.001, 7, false), 0.1);
            time.Advance(TimeSpan.FromSeconds(2));
            log.AddImage(1, "faces", 6, 4, png);
            log.Stepped(new RunState { Step = 300, Skipped = 1 }, new StepReport(double.NaN, [], 0, double.NaN, true), 0.2);
        }

        var events = Read();

        Assert.Equal("brain.Event:2", events[0].GetProperty("version").GetString());
        var values = events[1].GetProperty("values").EnumerateArray().ToDictionary(value => value.GetProperty("tag").GetString()!, value => value.GetProperty("value").GetDouble());
        Assert.Equal((3, 2, 0.5, 7), (values["loss/total"], values["loss/kl"], values["weight/kl"], values["run/gradient_norm"]));
        Assert.Equal(1, events[1].GetProperty("step").GetInt64());
        Assert.Equal(2, events[2].GetProperty("time").GetDouble() - events[1].GetProperty("time").GetDouble(), 3);
        var image = events[2].GetProperty("values")[0];
        Assert.Equal((4, 6, 3), (image.GetProperty("height").GetInt32(), image.GetProperty("width").GetInt32(), image.GetProperty("colours").GetInt32()));
        Assert.Equal(Convert.ToHexStringLower(png.AsSpan(0, 8)), image.GetProperty("png").GetString());
        Assert.Equal("run/skipped", events[3].GetProperty("values")[0].GetProperty("tag").GetString());
    }

    [NeedsPythonTorch]
    public void A_long_run_has_rarer_points_and_each_is_the_mean_since_the_one_before()
    {
        using (var log = new TensorBoardLog(_folder.Path, TimeProvider.System))
        {
            for (var step = 1; step <= 5000; step++)
                log.Stepped(new RunState { Step = step }, new StepReport(step % 2 == 0 ? 1 : 3, [], 0.1, 1, false), 0.5);
        }

        var events = Read().Skip(1).ToList();

        Assert.InRange(events.Count, 1000, 2200);
        Assert.Equal(2, events.Skip(events.Count / 2).Average(entry => entry.GetProperty("values")[0].GetProperty("value").GetDouble()), 0.3);
    }

    private List<JsonElement> Read()
    {
        var file = Assert.Single(Directory.GetFiles(_folder.Path, "events.out.tfevents.*"));
        var info = new ProcessStartInfo(PythonScript.Interpreter, [Repository.PathOf("tests", "Trainer.Tests", "Reports", "read_events.py"), file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(info)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
    }
}
