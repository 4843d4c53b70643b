using System.Buffers.Binary;
using FaceMix.Imaging;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FaceMix.Tests.Imaging;

public sealed class BrokenFiles
{
    [Fact]
    public void A_bomb_is_refused_by_its_header()
    {
        var file = Some.Png();
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(16), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(20), 60_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<ImageException>(() => ImageDecoder.Decode(file, "bomb.png"));

        Assert.Contains("bomb.png: 60000 × 60000 pixels", failure.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void A_jpeg_bomb_is_refused_as_well()
    {
        var file = Some.Jpeg();
        var frame = IndexOfFrame(file);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 3), 65_000);

        Assert.Throws<ImageException>(() => ImageDecoder.Decode(file, "bomb.jpg"));
    }

    [Fact]
    public void Every_limit_holds()
    {
        var file = Some.Png(40, 30);

        Assert.Throws<ImageException>(() => ImageDecoder.Decode(file, "a", new ImageLimits { MaxBytes = file.Length - 1 }));
        Assert.Throws<ImageException>(() => ImageDecoder.Decode(file, "a", new ImageLimits { MaxSide = 39 }));
        Assert.Throws<ImageException>(() => ImageDecoder.Decode(file, "a", new ImageLimits { MaxPixels = 1199 }));
        ImageDecoder.Decode(file, "a", new ImageLimits { MaxBytes = file.Length, MaxSide = 40, MaxPixels = 1200 });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_cut_off_anywhere_is_refused_by_name(bool png)
    {
        var file = png ? Some.Png() : Some.Jpeg();
        for (var length = 0; length < file.Length - 1; length += Math.Max(1, file.Length / 97))
        {
            var failure = Assert.Throws<ImageException>(() => ImageDecoder.Decode(file.AsSpan(0, length), "cut.bin"));
            Assert.StartsWith("cut.bin: ", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_picture_that_is_a_web_page_is_told_so()
    {
        var failure = Assert.Throws<ImageException>(() => ImageDecoder.Decode("<!DOCTYPE html><html>"u8, "a.jpg"));

        Assert.Equal("a.jpg: a text file, not a picture.", failure.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var failure = Assert.Throws<ImageException>(() => ImageDecoder.DecodeFile("/nowhere/at/all.png"));

        Assert.Contains("/nowhere/at/all.png", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_OpenCV_refuses_is_an_image_exception_with_its_reason()
    {
        var line = RgbImage.White(40_000, 1);

        var failure = Assert.Throws<ImageException>(() => FaceFinder.Cut(line, 10, 0, 8, 0, 8));

        Assert.StartsWith("A face cannot be cut out: ", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.InnerException);
    }

    [Fact]
    public void Whatever_is_done_to_a_file_it_is_a_picture_or_an_image_exception()
    {
        byte[][] files = [Some.Png(), Some.Jpeg(), Some.Png(9, 70), Some.Jpeg(70, 9)];
        var mutation =
            from file in Gen.Elements(files)
            from at in Gen.Choose(0, 100_000)
            from value in Gen.Choose(0, 255)
            from second in Gen.Choose(0, 100_000)
            from kind in Gen.Choose(0, 3)
            select Mutate(file, at % file.Length, (byte)value, second % file.Length, kind);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(mutation.ToArbitrary(), PictureOrException));
    }

    private static bool PictureOrException(byte[] file)
    {
        try
        {
            var picture = ImageDecoder.Decode(file, "some.bin", new ImageLimits { MaxPixels = 1_000_000 });
            return picture.Pixels.Length == picture.Width * picture.Height * 3;
        }
        catch (ImageException failure)
        {
            return failure.Message.StartsWith("some.bin: ", StringComparison.Ordinal);
        }
    }

    private static byte[] Mutate(byte[] file, int at, byte value, int second, int kind)
    {
        var copy = file.ToArray();
        switch (kind)
        {
            case 0:
                copy[at] = value;
                break;
            case 1:
                copy[at] ^= value;
                copy[second] = 0xFF;
                break;
            case 2:
                copy = [.. copy[..at], value, .. copy[at..]];
                break;
            default:
                copy = [.. copy[..Math.Min(at, second)], .. copy[Math.Max(at, second)..]];
                break;
        }

        return copy;
    }

    private static int IndexOfFrame(byte[] jpeg) => jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]) + 2;
}
