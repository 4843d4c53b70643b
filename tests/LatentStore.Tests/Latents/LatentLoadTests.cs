using FaceMix.LatentStore.Latents;
using Npgsql;
using Xunit;

namespace FaceMix.Tests.LatentStore.Latents;

public sealed class LatentLoadTests(TestPostgres postgres) : StoreTest(postgres)
{
    [NeedsPostgres]
    public async Task What_was_loaded_is_read_back()
    {
        await MigrateAsync();
        var space = await RegisterAsync(128);
        var values = Numbers(128, 7);

        var counts = await LoadAsync(space, "celeba", Face("train/7.jpg", values, Eyeglasses, Eyeglasses | WearingHat, 2));

        Assert.Equal(new LoadCounts(1, 0, 0), counts);
        var id = await AskAsync<long>("SELECT id FROM latents");
        var face = (await new LatentReader(Database).FindAsync(space, [id], CancellationToken.None))[id];
        Assert.Equal(("celeba", "train/7.jpg", Eyeglasses, Eyeglasses | WearingHat, (short)2), (face.Dataset, face.Source, face.Has.Bits, face.Known.Bits, face.Provenance));
        Assert.Equal(values, face.Values.ToArray());
    }

    [NeedsPostgres]
    public async Task The_same_load_twice_changes_nothing()
    {
        await MigrateAsync();
        var space = await RegisterAsync();
        await LoadAsync(space, "a", Faces(space, Smiling, 0));
        var before = await RowsAsync();

        var counts = await LoadAsync(space, "a", Faces(space, Smiling, 0));

        Assert.Equal(new LoadCounts(0, 2, 0), counts);
        Assert.Equal(before, await RowsAsync());
        Assert.Equal(1, (await NowAsync(space)).Revision);
    }

    [NeedsPostgres]
    public async Task A_face_that_is_replaced_keeps_its_id_and_others_stay()
    {
        await MigrateAsync();
        var space = await RegisterAsync(2);
        await LoadAsync(space, "a", Face("x", [1, 1], Smiling, All, 1), Face("y", [1, 1], 0, All, 1));
        var ids = await AskAsync<string>("SELECT string_agg(source || id, ',' ORDER BY source) FROM latents");

        var counts = await LoadAsync(
            space, "a", Face("x", [1, 1], Smiling, Smiling, 1), Face("y", [1, 1], 0, All, 1), Face("z", [1, 1], 0, 0, 1));

        Assert.Equal(new LoadCounts(1, 1, 1), counts);
        Assert.Equal(ids, await AskAsync<string>("SELECT string_agg(source || id, ',' ORDER BY source) FROM latents WHERE source <> 'z'"));
        Assert.Equal("x2 y1 z2", await AskAsync<string>("SELECT string_agg(source || revision, ' ' ORDER BY source) FROM latents"));
        Assert.Equal((long)Smiling, await AskAsync<long>("SELECT known FROM latents WHERE source = 'x'"));
    }

    [NeedsPostgres]
    public async Task The_same_source_of_two_data_sets_and_spaces_are_four_faces()
    {
        await MigrateAsync();
        var space = await RegisterAsync(2);
        var other = await RegisterAsync(3, "facemix-64@20260202-000000", OtherDigest);
        foreach (var (where, dataset) in new[] { (space, "alice"), (space, "bob"), (other, "alice"), (other, "bob") })
            Assert.Equal(1, (await LoadAsync(where, dataset, Faces(where, 0))).Added);

        Assert.Equal(4L, await AskAsync<long>("SELECT count(*) FROM latents WHERE source = 'face/0'"));
        Assert.Equal(2L, await AskAsync<long>("SELECT count(DISTINCT tableoid) FROM latents"));
    }

    [NeedsPostgres]
    public async Task A_load_that_was_not_completed_leaves_nothing_behind()
    {
        await MigrateAsync();
        var space = await RegisterAsync();
        await using (var load = await new LatentWriter(Database).BeginAsync(space, "a", CancellationToken.None))
        {
            foreach (var face in Faces(space, 0, 1, 2))
                await load.WriteAsync(face, CancellationToken.None);
        }

        Assert.Equal(0L, await AskAsync<long>("SELECT count(*) FROM latents"));
        Assert.Equal(0L, await AskAsync<long>("SELECT count(*) FROM datasets"));
        Assert.Equal(new LoadCounts(3, 0, 0), await LoadAsync(space, "a", Faces(space, 0, 1, 2)));
    }

    [NeedsPostgres]
    public async Task A_load_that_the_table_refuses_leaves_nothing_behind()
    {
        await MigrateAsync();
        var space = await RegisterAsync();

        await Assert.ThrowsAsync<PostgresException>(() => LoadAsync(
            space, "a", Face("good", Numbers(8, 1), 0, All, 1), Face(new string('x', 513), Numbers(8, 1), 0, All, 1)));

        Assert.Equal(0L, await AskAsync<long>("SELECT count(*) FROM latents"));
        Assert.Equal(0, (await NowAsync(space)).Revision);
    }

    [NeedsPostgres]
    public async Task Loads_that_run_together_all_arrive()
    {
        await MigrateAsync();
        var space = await RegisterAsync();
        // The same sources in opposite orders: without the lock on the space this would deadlock.
        var loads = Enumerable.Range(0, 8).Select(load => LoadAsync(space, "a", Enumerable.Range(0, 50)
            .Select(i => load % 2 == 0 ? i : 49 - i)
            .Select(i => Face($"{i}", Numbers(8, i + load), 0, All, 1)))).ToList();

        var counts = await Task.WhenAll(loads);

        Assert.Equal(50, counts.Sum(count => count.Added));
        Assert.Equal(350, counts.Sum(count => count.Replaced));
        Assert.Equal(8, (await NowAsync(space)).Revision);
    }

    [NeedsPostgres]
    public async Task A_load_gets_through_beside_sql_that_locks_in_another_order()
    {
        await MigrateAsync();
        var space = await RegisterAsync();
        await LoadAsync(space, "a", Faces(space, new ulong[200]));
        using var stop = new CancellationTokenSource();
        // Locks faces first and their space afterwards, where a load goes the other way.
        var sql = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await RunAsync("UPDATE latents SET has = 0, known = known # 1 WHERE source LIKE 'face/%'");
                }
                catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.DeadlockDetected)
                {
                    // PostgreSQL picks either side; this one would be tried again by hand.
                }
            }
        });

        for (var i = 0; i < 10; i++)
            await LoadAsync(space, "a", Faces(space, Enumerable.Repeat((ulong)(i % 4), 200)));
        await stop.CancelAsync();
        await sql;

        Assert.Equal(200L, await AskAsync<long>("SELECT count(*) FROM latents"));
    }

    private Task<string> RowsAsync() =>
        AskAsync<string>("SELECT string_agg(l::text || l.xmin || l.ctid, ';' ORDER BY id) FROM latents l");
}
