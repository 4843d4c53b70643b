using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.SyntheticFaces;
using Xunit;

namespace FaceMix.Tests.Datasets;

public sealed class BatchLoaderTests
{
    [Fact]
    public void An_epoch_shows_every_face_once()
    {
        using var loader = new BatchLoader(new SyntheticSource(1, 50, 32), new BatchLoaderOptions { BatchSize = 8, DropLast = false, Epochs = 2 });

        var batches = Drain(loader);

        Assert.Equal(7, loader.BatchesPerEpoch);
        Assert.Equal(14, batches.Count);
        Assert.Equal(2, batches[6].Keys.Length);
        Assert.Equal(50, batches.Take(7).SelectMany(batch => batch.Keys).Distinct().Count());
        Assert.NotEqual(batches[0].Keys, batches[7].Keys);
    }

    [Fact]
    public void Pixels_masks_and_keys_belong_together()
    {
        using var source = new SyntheticSource(7, 40, 32);
        using var loader = new BatchLoader(source, new BatchLoaderOptions { BatchSize = 5, Epochs = 1 });
        var expected = new byte[32 * 32 * 3];

        while (loader.Next(CancellationToken.None) is { } batch)
        {
            using (batch)
            {
                Assert.Equal(5 * 32 * 32 * 3, batch.Pixels.Length);
                for (var i = 0; i < batch.Count; i++)
                {
                    var index = int.Parse(batch.Keys[i]);
                    source.Read(index, expected);
                    Assert.Equal(expected, batch.Pixels.AsSpan(i * expected.Length, expected.Length).ToArray());
                    Assert.Equal(source.Attributes(index), batch.Attributes[i]);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void The_order_is_the_seeds_and_not_the_threads(int ahead)
    {
        var options = new BatchLoaderOptions { BatchSize = 4, Epochs = 3, Seed = 5 };
        using var one = new BatchLoader(new SyntheticSource(1, 30, 32), options with { Ahead = 2 });
        using var other = new BatchLoader(new SyntheticSource(1, 30, 32), options with { Ahead = ahead });

        Assert.Equal(Drain(one).SelectMany(batch => batch.Keys), Drain(other).SelectMany(batch => batch.Keys));
    }

    [Fact]
    public void A_resumed_run_gets_the_batches_it_would_have_got()
    {
        var options = new BatchLoaderOptions { BatchSize = 4, Epochs = 3, Flip = true };
        using var whole = new BatchLoader(new SyntheticSource(1, 30, 32), options);
        var all = Drain(whole);

        for (var stop = 0; stop < all.Count; stop += 3)
        {
            using var resumed = new BatchLoader(new SyntheticSource(1, 30, 32), options with { Start = all[stop].Next });
            var rest = Drain(resumed);
            Assert.Equal(all.Skip(stop + 1).SelectMany(batch => batch.Keys), rest.SelectMany(batch => batch.Keys));
            Assert.Equal(all.Skip(stop + 1).SelectMany(batch => batch.Pixels), rest.SelectMany(batch => batch.Pixels));
        }
    }

    [Fact]
    public void A_mirrored_face_looks_the_other_way()
    {
        using var source = new SyntheticSource(1, 64, 32);
        using var loader = new BatchLoader(source, new BatchLoaderOptions { BatchSize = 64, Flip = true, Epochs = 1 });
        using var batch = loader.Next(CancellationToken.None)!;
        var left = AttributeMask.Of(SyntheticAttributes.Names.ToList().IndexOf("Gaze_Left"));
        var right = AttributeMask.Of(SyntheticAttributes.Names.ToList().IndexOf("Gaze_Right"));
        var picture = new byte[32 * 32 * 3];
        var flipped = 0;

        for (var i = 0; i < batch.Count; i++)
        {
            var index = int.Parse(batch.Keys[i]);
            source.Read(index, picture);
            var truth = source.Attributes(index);
            var got = batch.Pixels.AsSpan(i * picture.Length, picture.Length);
            if (got.SequenceEqual(picture))
            {
                Assert.Equal(truth, batch.Attributes[i]);
                continue;
            }

            flipped++;
            Assert.Equal(truth & ~(left | right), batch.Attributes[i] & ~(left | right));
            Assert.Equal((truth & left).IsEmpty, (batch.Attributes[i] & right).IsEmpty);
            Assert.Equal((truth & right).IsEmpty, (batch.Attributes[i] & left).IsEmpty);
            Assert.Equal(picture[..3], got.Slice(31 * 3, 3).ToArray());
        }

        Assert.InRange(flipped, 16, 48);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Processes_share_the_very_batches_that_one_process_would_have(int size)
    {
        // 34 faces: three batches of ten, and a last one of four whose shares are unequal, as are ten by four.
        var options = new BatchLoaderOptions { BatchSize = 10, Epochs = 2, DropLast = false, Flip = true };
        using var alone = new BatchLoader(new SyntheticSource(1, 34, 32), options);
        var whole = Drain(alone);

        var shares = Enumerable.Range(0, size).Select(rank =>
        {
            using var loader = new BatchLoader(new SyntheticSource(1, 34, 32), options with { Rank = rank, WorldSize = size });
            return Drain(loader);
        }).ToList();

        Assert.All(shares, share => Assert.Equal(whole.Select(batch => batch.Next), share.Select(batch => batch.Next)));
        for (var i = 0; i < whole.Count; i++)
        {
            var keys = whole[i].Keys.Select((_, row) => shares[row % size][i].Keys[row / size]);
            Assert.Equal(whole[i].Keys, keys);
            Assert.Equal(whole[i].Keys.Length, shares.Sum(share => share[i].Keys.Length));
            Assert.Equal(whole[i].Pixels[..3072], shares[0][i].Pixels[..3072]);
        }
    }

    [Fact]
    public void Jittered_faces_differ_a_little_in_every_epoch_and_follow_from_the_seed()
    {
        using var source = new SyntheticSource(1, 8, 32);
        var plain = new BatchLoaderOptions { BatchSize = 8, Epochs = 2, Shuffle = false };
        var jittered = plain with { ColourJitter = 0.1f, CropJitter = 0.1f };
        using var first = new BatchLoader(source, jittered);
        using var again = new BatchLoader(source, jittered with { Ahead = 7 });
        using var unchanged = new BatchLoader(source, plain);

        var (one, other, still) = (Drain(first), Drain(again), Drain(unchanged));

        Assert.Equal(one[0].Pixels, other[0].Pixels);
        Assert.Equal(one[1].Pixels, other[1].Pixels);
        Assert.NotEqual(one[0].Pixels, one[1].Pixels);
        Assert.Equal(still[0].Pixels, still[1].Pixels);
        Assert.InRange(one[0].Pixels.Zip(still[0].Pixels).Average(pair => Math.Abs(pair.First - pair.Second)), 1, 25);
    }

    [Fact]
    public void Fewer_faces_than_a_batch_are_one_batch()
    {
        using var loader = new BatchLoader(new SyntheticSource(1, 3, 32), new BatchLoaderOptions { BatchSize = 64, Epochs = 1 });

        Assert.Equal(3, Assert.Single(Drain(loader)).Keys.Length);
    }

    [Fact]
    public void Waiting_can_be_cancelled_and_a_failure_reaches_the_step()
    {
        using var slow = new BatchLoader(new Stubborn(wait: true), new BatchLoaderOptions { BatchSize = 1 });
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        Assert.ThrowsAny<OperationCanceledException>(() => slow.Next(soon.Token));
        Stubborn.Go.Set();

        using var failing = new BatchLoader(new Stubborn(wait: false), new BatchLoaderOptions { BatchSize = 1 });
        Assert.Throws<InvalidDataException>(() => failing.Next(CancellationToken.None));
    }

    [Fact]
    public void What_is_staged_for_a_batch_is_made_of_its_pixels_and_goes_with_it()
    {
        var made = new List<Staged>();
        using (var loader = new BatchLoader(new SyntheticSource(1, 40, 32), new BatchLoaderOptions
        {
            BatchSize = 8,
            Stage = pixels =>
            {
                var staged = new Staged([.. pixels]);
                lock (made)
                    made.Add(staged);
                return staged;
            },
        }))
        {
            using (var batch = loader.Next(CancellationToken.None)!)
            {
                var staged = Assert.IsType<Staged>(batch.Staged);
                Assert.Equal(batch.Pixels, staged.Pixels);
                Assert.False(staged.Gone);
            }
        }

        // Those that nobody took, too.
        Assert.All(made, staged => Assert.True(staged.Gone));
    }

    private sealed class Staged(byte[] pixels) : IDisposable
    {
        public byte[] Pixels => pixels;

        public bool Gone { get; private set; }

        public void Dispose() => Gone = true;
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        using var source = new SyntheticSource(1, 4, 32);

        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(source, new BatchLoaderOptions { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(source, new BatchLoaderOptions { Ahead = 65 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(source, new BatchLoaderOptions { CropJitter = 0.6f }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchLoader(source, new BatchLoaderOptions { Rank = 1 }));
        Assert.Throws<ArgumentException>(() => new BatchLoader(source, new BatchLoaderOptions { WorldSize = 5 }));
        Assert.Throws<ArgumentException>(() => new BatchLoader(source, new BatchLoaderOptions { BatchSize = 3, WorldSize = 2, DropLast = false }));
    }

    private static List<(string[] Keys, byte[] Pixels, BatchPosition Next)> Drain(BatchLoader loader)
    {
        var batches = new List<(string[], byte[], BatchPosition)>();
        while (loader.Next(CancellationToken.None) is { } batch)
        {
            using (batch)
                batches.Add((batch.Keys, batch.Pixels.ToArray(), batch.NextPosition));
        }

        return batches;
    }

    private sealed class Stubborn(bool wait) : IFaceSource
    {
        public static readonly ManualResetEventSlim Go = new();

        public string Name => "stubborn";

        public string Digest => "";

        public int Count => 4;

        public int Size => 32;

        public IReadOnlyList<string> AttributeNames => [];

        public string Key(int index) => "";

        public AttributeMask Attributes(int index) => AttributeMask.None;

        public AttributeMask Known(int index) => AttributeMask.None;

        public void Read(int index, Span<byte> rgb)
        {
            if (!wait)
                throw new InvalidDataException("no");
            Go.Wait();
        }

        public void Dispose()
        {
        }
    }
}
