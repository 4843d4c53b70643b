using FaceMix.Trainer.Reports;
using Xunit;

namespace FaceMix.Tests.Trainer.Reports;

public sealed class SampleSheetTests
{
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
