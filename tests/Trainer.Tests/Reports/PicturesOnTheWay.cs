using FaceMix.Datasets;
using FaceMix.Tests.Trainer.Training;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Training;
using Xunit;

namespace FaceMix.Tests.Trainer.Reports;

public sealed class PicturesOnTheWay
{
    private const int StepsPerEpoch = 12;

    [Fact]
    public void Are_taken_before_the_first_step_and_at_the_end_of_every_epoch()
    {
        var taken = Take(epochs: 6, TimeSpan.FromMinutes(1));

        for (var epoch = 0; epoch <= 6; epoch++)
            Assert.Contains((epoch * StepsPerEpoch, epoch), taken);
    }

    [Fact]
    public void Stay_few_in_a_run_of_many_epochs_with_the_first_and_the_last_among_them()
    {
        var taken = Take(epochs: 200, TimeSpan.FromMinutes(1));

        Assert.InRange(taken.Count, RunPictures.MostPictures / 3, RunPictures.MostPictures);
        Assert.Equal((0, 0), taken[0]);
        Assert.Equal((200 * StepsPerEpoch, 200), taken[^1]);
    }

    [Fact]
    public void Never_take_more_than_a_small_part_of_the_time()
    {
        // A step of a microsecond leaves no time for any but the first and the last.
        Assert.Equal([(0, 0), (6 * StepsPerEpoch, 6)], Take(epochs: 6, TimeSpan.FromMicroseconds(1)));
    }

    private static List<(long Step, int Epoch)> Take(int epochs, TimeSpan step)
    {
        using var folder = new TemporaryFolder();
        using var run = new TrainingRun(TinyRun.Preset("model.encoder=[4,4,4]", "model.decoder=[4,4,4]"), 1);
        using var data = new FaceData(TinyRun.Faces(16), TinyRun.Faces(8), [], []) { IsSynthetic = true };
        using var pictures = new RunPictures(run, folder.Path, data);
        pictures.Begin();
        var report = new StepReport(1, [], 1e-3, 1, false);
        var steps = epochs * StepsPerEpoch;
        for (var done = 1; done <= steps; done++)
        {
            var state = new RunState { Step = done, Elapsed = step * done, Next = new BatchPosition(done / StepsPerEpoch, done % StepsPerEpoch) };
            pictures.Stepped(state, report, (double)done / steps);
        }
        return [.. RunPictures.Read(folder.Path).Select(picture => (picture.Step, picture.Epoch))];
    }
}
