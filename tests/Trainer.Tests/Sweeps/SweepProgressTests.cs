using FaceMix.Trainer.Sweeps;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FaceMix.Tests.Trainer.Sweeps;

public sealed class SweepProgressTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_time_left_follows_from_what_this_process_has_done()
    {
        var progress = new SweepProgress(4, _time);
        progress.Skip(0);
        Assert.Equal(" 25% ETA ?, 1 of 4 runs done", $"{progress}");

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(progress.Take(1, " 50% ETA 1:00, step 21, 58 images/s, loss 1.28 (mse 0.11)"));

        // Half a run took a minute, and two and a half are left.
        Assert.Equal(" 38% ETA 5:00, 1 of 4 runs done", $"{progress}");
    }

    [Fact]
    public void A_run_after_its_last_step_is_done_only_once_it_has_ended()
    {
        var progress = new SweepProgress(1, _time);
        _time.Advance(TimeSpan.FromSeconds(10));

        progress.Take(0, "100% ETA 0:00, step 30, 57 images/s, loss 1.719");
        Assert.EndsWith("0 of 1 runs done", $"{progress}", StringComparison.Ordinal);

        progress.Done(0);
        Assert.Equal("100% ETA 0:00, 1 of 1 runs done", $"{progress}");
    }

    [Theory]
    [InlineData("saved at step 30")]
    [InlineData("Steps waited for their pictures 5.8% of the time.")]
    [InlineData("held out: psnr_db 50%")]
    public void Other_lines_say_nothing_of_it(string line) => Assert.False(new SweepProgress(1, _time).Take(0, line));
}
