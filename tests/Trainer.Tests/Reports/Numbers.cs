using FaceMix.Latents;
using FaceMix.Trainer.Reports;
using Xunit;

namespace FaceMix.Tests.Trainer.Reports;

public sealed class Numbers
{
    [Fact]
    public void Psnr_is_that_of_its_definition()
    {
        Assert.Equal(20 * Math.Log10(255.0 / 10), Psnr.Of([10, 20, 30], [20, 30, 40]), 9);
        Assert.Equal(Psnr.Of([10, 10], [20, 0]), Psnr.OfConstant([10], [20, 0]), 9);
        Assert.True(Psnr.Of([1, 2], [1, 2]) > 100);
    }

    [Fact]
    public void Balanced_accuracy_does_not_reward_saying_no_to_everything()
    {
        AttributeMask[] truth = [AttributeMask.Of(0), .. new AttributeMask[9]];

        var score = Assert.Single(JudgeScores.Of(new AttributeMask[10], truth, ["Eyeglasses"]));

        Assert.Equal(0.9, score.Accuracy, 9);
        Assert.Equal(0.5, score.Balanced, 9);
    }

    [Fact]
    public void Each_attribute_is_scored_by_its_own_bit()
    {
        var scores = JudgeScores.Of([new(0b01), new(0b11)], [new(0b01), new(0b01)], ["A", "B"]);

        Assert.Equal([1, 0.5], scores.Select(score => score.Accuracy));
        Assert.Equal(0.5, scores[1].Balanced);
    }

    [Fact]
    public void A_sheet_holds_every_row_and_its_caption()
    {
        static byte[] Pictures(int count) => [.. Enumerable.Repeat((byte)200, count * 8 * 8 * 3)];

        var sheet = SampleSheet.Draw([("originals", Pictures(3)), (string.Empty, Pictures(2))], 8);

        var caption = sheet.Height - (2 * (8 + 2)) - 2;
        Assert.Equal(2 + (3 * 10), sheet.Width);
        Assert.InRange(caption, 8, 24);
        var band = sheet.Width * (2 + caption) * 3;
        Assert.Contains(sheet.Pixels[..band], value => value < 128);
        Assert.DoesNotContain(sheet.Pixels[band..], value => value < 128);
        Assert.Equal(5 * 8 * 8 * 3, sheet.Pixels[band..].Count(value => value == 200));
    }
}
