using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
using Xunit;

namespace FaceMix.Tests.LatentStore.Memory;

public sealed class FaceCopiesTests(TestPostgres postgres) : StoreTest(postgres)
{
    [NeedsPostgres]
    public async Task A_copy_is_read_once_and_then_follows_what_changes()
    {
        await MigrateAsync();
        var space = await RegisterAsync();
        await LoadAsync(space, "a", Faces(space, Enumerable.Repeat(Smiling, 100)));
        using var copies = Copies();
        var first = await TableAsync(copies, space);
        Assert.Same(first, await TableAsync(copies, space));

        await LoadAsync(space, "a", Faces(space, 0, 0));
        await RunAsync("UPDATE latents SET vector = '[9,9,9,9,9,9,9,9]' WHERE source = 'face/7'");
        await RunAsync("DELETE FROM latents WHERE source = 'face/8'");
        await LoadAsync(space, "b", Faces(space, 0));
        var second = await TableAsync(copies, space);

        Assert.Equal((100, 100), (first.Count, second.Count));
        Assert.Same(first[0].Segment, second[0].Segment);
        Assert.Equal(97, TableCounting.Count(second, Filter(Smiling, 0), 4).Total);
        var expected = new Dictionary<long, float[]>();
        await using var command = Database.CreateCommand("SELECT id, vector FROM latents");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            expected.Add(reader.GetInt64(0), reader.GetFieldValue<Pgvector.Vector>(1).ToArray());
        Assert.Equal(expected, Tables.Content(second));
    }

    [NeedsPostgres]
    public async Task What_revisions_do_not_tell_makes_a_copy_be_read_anew()
    {
        await MigrateAsync();
        var space = await RegisterAsync();
        await LoadAsync(space, "a", Faces(space, 0, 0, 0));
        using var copies = Copies();
        Assert.Equal(3, (await TableAsync(copies, space)).Count);

        await RunAsync($"TRUNCATE {space.Partition}");
        Assert.Equal(0, (await TableAsync(copies, space)).Count);

        await LoadAsync(space, "a", Faces(space, 0, 0));
        await TableAsync(copies, space);
        await RunAsync("DELETE FROM latents WHERE source = 'face/0'");
        // The deletion is forgotten before the copy followed it.
        await RunAsync("DELETE FROM deletions; UPDATE latent_spaces SET deletions_from = revision");
        Assert.Equal(1, (await TableAsync(copies, space)).Count);
    }

    [NeedsPostgres]
    public async Task Copies_that_were_used_longest_ago_make_room()
    {
        await MigrateAsync();
        var space = await RegisterAsync(2000);
        var other = await RegisterAsync(2000, "facemix-64@20260202-000000", OtherDigest);
        await LoadAsync(space, "a", Faces(space, 0));
        await LoadAsync(other, "a", Faces(other, 0));
        // One segment takes 33 MB.
        Options.MaxMemoryMegabytes = 40;
        using var copies = Copies();

        var first = await TableAsync(copies, space);
        await TableAsync(copies, other);

        Assert.Equal([other.Key], copies.Loaded);
        Assert.NotSame(first, await TableAsync(copies, space));
    }

    [NeedsPostgres]
    public async Task A_space_that_does_not_fit_is_left_to_the_database()
    {
        await MigrateAsync();
        var space = await RegisterAsync(2000);
        await LoadAsync(space, "a", Faces(space, Smiling, 0));
        Options.MaxMemoryMegabytes = 10;
        using var copies = Copies();

        var index = await copies.GetAsync(await NowAsync(space), CancellationToken.None);

        Assert.IsType<SqlIndex>(index);
        Assert.Empty(copies.Loaded);
        Assert.Equal(1, (await index.MatchAsync(new(Filter(Smiling, 0), null, 1, 1), CancellationToken.None)).Candidates);
    }

    [NeedsPostgres]
    public async Task Many_callers_read_a_copy_once()
    {
        await MigrateAsync();
        var space = await RegisterAsync();
        await LoadAsync(space, "a", Faces(space, new ulong[500]));
        using var copies = Copies();

        var tables = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TableAsync(copies, space)));

        Assert.Single(tables.Distinct());
    }

    private async Task<FaceTable> TableAsync(FaceCopies copies, LatentSpace space) =>
        Assert.IsType<MemoryIndex>(await copies.GetAsync(await NowAsync(space), CancellationToken.None)).Table;
}
