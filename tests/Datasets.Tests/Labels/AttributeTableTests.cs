using FaceMix.Datasets;
using FaceMix.Imaging;
using Xunit;

namespace FaceMix.Tests.Datasets.Labels;

public sealed class AttributeTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_of_truth_and_of_categories_become_attributes()
    {
        Pictures("1.png", "2.png", "3.png");

        using var data = Open("file,Smiling,Hat,gender,note\n1.png,1,true,Female,\"a, b\"\n2.png,-1,false,Male,c\n3.png,0,True,Female,c\n");

        Assert.Equal(["Smiling", "Hat", "Gender_Female", "Gender_Male", "Note_a,_b", "Note_c"], data.Training.AttributeNames);
        var masks = Masks(data);
        Assert.Equal(["Gender_Female", "Hat", "Note_a,_b", "Smiling"], masks["1.png"]);
        Assert.Equal(["Gender_Male", "Note_c"], masks["2.png"]);
        Assert.Equal(["Gender_Female", "Hat", "Note_c"], masks["3.png"]);
    }

    [Fact]
    public void Ranges_that_a_spreadsheet_took_for_dates_are_read_as_ranges()
    {
        Pictures("train/1.png", "train/2.png", "train/3.png", "val/4.png");

        using var data = Open("file,age\r\ntrain/1.png,03-Sep\r\ntrain/2.png,Oct-19\r\ntrain/3.png,20-29\r\nval/4.png,more than 70\r\n");

        Assert.Equal(["Age_3-9", "Age_10-19", "Age_20-29", "Age_more_than_70"], data.Training.AttributeNames);
        Assert.Equal(["Age_3-9"], Masks(data)["train/1.png"]);
        Assert.Contains(data.Notes, note => note.Contains("'03-Sep' in column age is read as 3-9 (1 rows)", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.Contains("'Oct-19' in column age is read as 10-19", StringComparison.Ordinal));
    }

    [Fact]
    public void A_column_of_real_dates_stays_one()
    {
        Pictures("1.png", "2.png");

        using var data = Open("file,taken\n1.png,03-Sep\n2.png,Oct-19\n");

        Assert.Equal(["Taken_03-Sep", "Taken_Oct-19"], data.Training.AttributeNames.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rows_without_pictures_and_pictures_without_rows_are_counted()
    {
        Pictures("1.png", "2.png", "3.png");

        using var data = Open("file,Smiling\n1.png,1\n8.png,1\n9.png,0\n");

        Assert.Contains(data.Notes, note => note.StartsWith("2 pictures have no row", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.StartsWith("2 rows of the labels have no picture", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<!DOCTYPE html>\n<html><body>Sign in</body></html>", "is an HTML page")]
    [InlineData("", "is empty")]
    [InlineData("no comma here\nat all\n", "is not a CSV")]
    [InlineData("file,Smiling\n", "has a header and no rows")]
    [InlineData("file,Smiling\n1.png\n", "line 2")]
    [InlineData("file,Smiling\nother.png,1\n", "None of the labels belongs to a picture")]
    [InlineData("3\nSmiling Young\n1.png 1\n", "1 values for 2 attributes")]
    [InlineData("3\nSmiling\n1.png 7\n", "'7' where 1 or -1")]
    public void A_file_that_is_no_labels_file_is_refused_with_its_reason(string text, string reason)
    {
        Pictures("1.png", "2.png");

        var failure = Assert.Throws<DataException>(() => Open(text));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CelebA_is_read_with_every_quirk_its_copies_have()
    {
        // Twenty rows promised, two blanks, padded values, a blank at the line's end, Windows line ends, none at the end of the file.
        Pictures("img_align_celeba/000001.png", "img_align_celeba/000002.png", "img_align_celeba/000003.png", "img_align_celeba/000004.png");
        File.WriteAllText(_folder.File("pictures", "list_attr_celeba.txt"),
            "20\r\nSmiling  Young Eyeglasses \r\n000001.png  1 -1  1\r\n000002.png -1 -1 -1 \r\n000003.png  1  1  1\r\n000004.png -1  1 -1");
        File.WriteAllText(_folder.File("pictures", "list_eval_partition.txt"), "000001.png 0\n000002.png 0\n000003.png 1\n000004.png 2\n");

        using var data = FaceDataset.Open(Options(), null, CancellationToken.None);

        Assert.Equal(["Smiling", "Young", "Eyeglasses"], data.Training.AttributeNames);
        Assert.Equal(["000001.png", "000002.png"], Enumerable.Range(0, data.Training.Count).Select(data.Training.Key));
        Assert.Equal("000003.png", data.HeldOut.Key(0));
        Assert.Equal(1, data.HeldOut.Count);
        var masks = Masks(data);
        Assert.Equal(["Eyeglasses", "Smiling"], masks["000001.png"]);
        Assert.Empty(masks["000002.png"]);
        Assert.Contains(data.Notes, note => note.Contains("promises 20 rows and has 4", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cell_that_is_empty_and_a_row_that_is_missing_say_that_it_is_not_known()
    {
        Pictures("a.png", "b.png", "c.png", "d.png");

        using var data = Open("file,Smiling,Hair\na.png,1,Red\nb.png,0,\nc.png,,Black\n");

        Assert.Equal(["Smiling", "Hair_Black", "Hair_Red"], data.Training.AttributeNames);
        Assert.Equal("a.png 101/111, b.png 000/001, c.png 010/110, d.png 000/000", string.Join(", ", Known(data).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Without_labels_nothing_is_known()
    {
        Pictures("a.png", "b.png");

        using var data = FaceDataset.Open(Options(), null, CancellationToken.None);

        Assert.All(Known(data), known => Assert.EndsWith(" /", known, StringComparison.Ordinal));
    }

    /// <summary>What is had and what is known of each face, the first attribute last.</summary>
    private static IEnumerable<string> Known(FaceData data) => new[] { data.Training, data.HeldOut }.SelectMany(source => Enumerable.Range(0, source.Count).Select(i =>
        $"{source.Key(i)} {Bits(source.Attributes(i), source)}/{Bits(source.Known(i), source)}"));

    private static string Bits(FaceMix.Latents.AttributeMask mask, IFaceSource source) =>
        string.Concat(Enumerable.Range(0, source.AttributeNames.Count).Reverse().Select(bit => mask.Has(bit) ? '1' : '0'));

    private FaceData Open(string labels)
    {
        File.WriteAllText(_folder.File("labels.csv"), labels);
        return FaceDataset.Open(Options() with { Labels = _folder.File("labels.csv") }, null, CancellationToken.None);
    }

    private FaceDataOptions Options() => new() { Path = _folder.File("pictures"), Size = 32, CacheFolder = _folder.File("cache") };

    private void Pictures(params string[] paths)
    {
        var file = ImageEncoder.Encode(new byte[8 * 8 * 3], 8, 8, ImageFormat.Png);
        foreach (var path in paths)
        {
            var to = _folder.File("pictures", path);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, file);
        }
    }

    private static Dictionary<string, string[]> Masks(FaceData data)
    {
        var found = new Dictionary<string, string[]>();
        foreach (var source in new[] { data.Training, data.HeldOut })
        {
            for (var i = 0; i < source.Count; i++)
            {
                var mask = source.Attributes(i);
                found.Add(source.Key(i), [.. source.AttributeNames.Where((_, bit) => mask.Has(bit)).Order(StringComparer.Ordinal)]);
            }
        }

        return found;
    }
}
