using System.ComponentModel.DataAnnotations;
using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.Trainer.Latents;
using Xunit;

namespace FaceMix.Tests.Trainer.Latents;

/// <summary>A "latent" here is a face's first two bytes, so that each can be told from every other.</summary>
public sealed class EncodingGoesOn : IDisposable
{
    private const int Faces = 1200;

    private readonly TemporaryFolder _folder = new();
    private readonly FaceData _data = new(new SyntheticSource(1, Faces, 32), new SyntheticSource(2, 30, 32), [], []) { IsSynthetic = true };

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_face_is_encoded_once_with_its_name_and_attributes()
    {
        var sink = new ListSink();

        var done = await Job().RunAsync([sink], null, 0, new Heard(), CancellationToken.None);

        Assert.Equal((Faces, Faces, Faces), (done, sink.Keys.Count, sink.Keys.Distinct().Count()));
        Assert.Equal(_data.Training.Key(777), sink.Keys[777]);
        Assert.Equal(_data.Training.Attributes(777), sink.Masks[777]);
    }

    [Fact]
    public async Task A_job_that_was_stopped_goes_on_and_its_file_is_that_of_an_uninterrupted_one()
    {
        var journal = new EncodingJournal(_folder.File("journal.json"));
        using (var whole = new CsvSink(_folder.File("whole.csv"), string.Empty))
            await Job().RunAsync([whole], null, 0, new Heard(), CancellationToken.None);
        using (var stop = new CancellationTokenSource())
        using (var first = new CsvSink(_folder.File("parts.csv"), string.Empty))
            await Job().RunAsync([first], journal, 0, new Heard(_ => stop.Cancel()), stop.Token);
        var (done, positions) = journal.Read();
        // A kill in the middle of a batch leaves half a row behind the journal's word.
        File.AppendAllText(_folder.File("parts.csv"), "drawn/1/5");

        using (var second = new CsvSink(_folder.File("parts.csv"), positions[0]))
            Assert.Equal(Faces, await Job().RunAsync([second], journal, done, new Heard(), CancellationToken.None));

        Assert.InRange(done, 1, Faces - 1);
        Assert.Equal(File.ReadAllText(_folder.File("whole.csv")), File.ReadAllText(_folder.File("parts.csv")));
        Assert.Equal(Faces, journal.Read().Done);
    }

    [Fact]
    public async Task A_row_names_file_attributes_and_numbers()
    {
        using (var sink = new CsvSink(_folder.File("one.csv"), string.Empty))
            await sink.PutAsync(new EncodedFaces(["Smiling", "Hat, tall"], ["a,b.png"], [AttributeMask.Of(1)], [AttributeMask.All(2)], [0.5f, -1.25f], 2, true), CancellationToken.None);

        Assert.Equal("file,Smiling,\"Hat, tall\",z0,z1\n\"a,b.png\",0,1,0.5,-1.25\n", File.ReadAllText(_folder.File("one.csv")));
    }

    [Fact]
    public void A_file_that_was_shortened_is_not_gone_on_with()
    {
        File.WriteAllText(_folder.File("short.csv"), "file\n");

        Assert.Throws<InvalidDataException>(() => new CsvSink(_folder.File("short.csv"), "999"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Shares_take_every_face_once_and_are_alike_in_size(int of)
    {
        var sinks = new List<ListSink>();
        for (var index = 0; index < of; index++)
        {
            sinks.Add(new ListSink());
            await Job(EncodingShare.Parse($"{index}/{of}")).RunAsync([sinks[^1]], null, 0, new Heard(), CancellationToken.None);
        }

        Assert.Equal(Faces, sinks.SelectMany(sink => sink.Keys).Distinct().Count());
        Assert.Equal(Faces, sinks.Sum(sink => sink.Keys.Count));
        Assert.True(sinks.Max(sink => sink.Keys.Count) - sinks.Min(sink => sink.Keys.Count) <= 1);
    }

    [Theory]
    [InlineData("4/4")]
    [InlineData("-1/4")]
    [InlineData("0/0")]
    [InlineData("1")]
    [InlineData("a/b")]
    [InlineData("0/70000")]
    public void What_is_no_share_is_refused(string text) => Assert.Throws<ValidationException>(() => EncodingShare.Parse(text));

    [Fact]
    public async Task Held_out_faces_follow_where_they_are_asked_for()
    {
        var sink = new ListSink();

        await new EncodingJob(Encode, 2, new FacesToEncode(_data, int.MaxValue, heldOutToo: true), EncodingShare.Whole).RunAsync([sink], null, 0, new Heard(), CancellationToken.None);

        Assert.Equal(Faces + 30, sink.Keys.Count);
        Assert.Equal(_data.HeldOut.Key(29), sink.Keys[^1]);
    }

    [Fact]
    public async Task A_place_that_refuses_ends_the_job_with_its_reason_and_the_journal_before_it()
    {
        var journal = new EncodingJournal(_folder.File("journal.json"));

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Job().RunAsync([new ListSink { FailsAt = 1000 }], journal, 0, new Heard(), CancellationToken.None));

        Assert.Equal("full", failure.Message);
        Assert.Equal(500, journal.Read().Done);
    }

    [Fact]
    public void A_journal_that_cannot_be_read_means_nothing_is_done()
    {
        File.WriteAllText(_folder.File("journal.json"), "{ broken");

        Assert.Equal(0, new EncodingJournal(_folder.File("journal.json")).Read().Done);
        Assert.Equal(0, new EncodingJournal(_folder.File("none.json")).Read().Done);
    }

    private EncodingJob Job(EncodingShare? share = null) => new(Encode, 2, new FacesToEncode(_data, int.MaxValue, heldOutToo: false), share ?? EncodingShare.Whole);

    private static float[] Encode(byte[] rgb) => [.. rgb.Chunk(32 * 32 * 3).SelectMany(face => new float[] { face[0], face[1] })];

    private sealed class ListSink : ILatentSink
    {
        public List<string> Keys { get; } = [];

        public List<AttributeMask> Masks { get; } = [];

        public int FailsAt { get; init; } = int.MaxValue;

        public string Position => string.Empty;

        public Task PutAsync(EncodedFaces batch, CancellationToken cancellation)
        {
            if (Keys.Count + batch.Keys.Length >= FailsAt)
                throw new InvalidDataException("full");
            Keys.AddRange(batch.Keys);
            Masks.AddRange(batch.Masks);
            return Task.CompletedTask;
        }

        public void Dispose()
        {
        }
    }

    private sealed class Heard(Action<int>? said = null) : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value) => said?.Invoke(value.Done);
    }
}
