using FaceMix.LatentStore.Latents;
using FaceMix.ModelStore;
using Npgsql;
using Xunit;

namespace FaceMix.Tests.LatentStore.Latents;

public sealed class LatentWriterTests(TestPostgres postgres) : StoreTest(postgres)
{
    [NeedsPostgres]
    public async Task What_was_added_is_read_back()
    {
        await MigrateAsync();
        var values = Numbers(128, 7);

        var counts = await WriteAsync(Model, 128, Row("train/7.jpg", values, Eyeglasses | WearingHat, 2));

        Assert.Equal((1, 0), counts);
        var latent = await new LatentReader(Database).FindAsync(await AskAsync<long>("SELECT id FROM latents"), CancellationToken.None);
        Assert.NotNull(latent);
        Assert.Equal(Model, latent.Model);
        Assert.Equal("train/7.jpg", latent.Source);
        Assert.Equal(values, latent.Values.ToArray());
        Assert.Equal(["Eyeglasses", "Wearing_Hat"], latent.Attributes);
        Assert.Equal(2, latent.Provenance);
    }

    [NeedsPostgres]
    public async Task The_same_batch_twice_leaves_the_store_as_once()
    {
        await MigrateAsync();
        LatentBatch.Row[] rows = [Row("a", Numbers(8, 1), Smiling), Row("b", Numbers(8, 2), 0)];
        await WriteAsync(Model, 8, rows);
        var before = await AskAsync<string>("SELECT string_agg(id || source || vector::text || attributes, ';' ORDER BY id) FROM latents");

        Assert.Equal((0, 2), await WriteAsync(Model, 8, rows));

        Assert.Equal(before, await AskAsync<string>("SELECT string_agg(id || source || vector::text || attributes, ';' ORDER BY id) FROM latents"));
        Assert.Equal(2L, await AskAsync<long>("SELECT latents FROM model_versions"));
    }

    [NeedsPostgres]
    public async Task A_known_source_keeps_its_id_and_takes_the_new_values()
    {
        await MigrateAsync();
        await WriteAsync(Model, 2, Row("a", new[] { 1f, 1f }, Smiling, 1));
        var id = await AskAsync<long>("SELECT id FROM latents");

        var counts = await WriteAsync(
            Model, 2, Row("new", new[] { 9f, 9f }, 0, 1), Row("a", new[] { 2f, 3f }, Eyeglasses, 1));

        Assert.Equal((1, 1), counts);
        var latent = await new LatentReader(Database).FindAsync(id, CancellationToken.None);
        Assert.Equal([2f, 3f], latent!.Values.ToArray());
        Assert.Equal(["Eyeglasses"], latent.Attributes);
    }

    [NeedsPostgres]
    public async Task A_batch_that_fails_leaves_nothing_behind()
    {
        await MigrateAsync();
        var tooLong = new string('x', 513);

        await Assert.ThrowsAsync<PostgresException>(() => WriteAsync(
            Model, 2, Row("a", new[] { 1f, 1f }, 0, 1), Row(tooLong, new[] { 1f, 1f }, 0, 1)));

        Assert.Equal(0L, await AskAsync<long>("SELECT count(*) FROM latents"));
        Assert.Equal(0L, await AskAsync<long>("SELECT count(*) FROM model_versions"));
    }

    [NeedsPostgres]
    public async Task Each_model_version_has_a_partition_of_its_own()
    {
        await MigrateAsync();
        var other = new ModelVersionId("facemix-64", "20260202-000000");
        await WriteAsync(Model, 2, Row("a", new[] { 1f, 1f }, 0, 1));
        await WriteAsync(other, 3, Row("a", new[] { 1f, 1f, 1f }, 0, 1));

        Assert.Equal(2L, await AskAsync<long>("SELECT count(DISTINCT tableoid) FROM latents"));
        Assert.Equal(2L, await AskAsync<long>("SELECT count(*) FROM latents WHERE source = 'a'"));
    }

    [NeedsPostgres]
    public async Task Another_latent_size_or_attribute_list_is_refused_by_field()
    {
        await MigrateAsync();
        await WriteAsync(Model, 2, Row("a", new[] { 1f, 1f }, 0, 1));

        var size = await Assert.ThrowsAsync<BatchMismatchException>(() => WriteAsync(Model, 3, Row("b", new[] { 1f, 1f, 1f }, 0, 1)));
        var names = await Assert.ThrowsAsync<BatchMismatchException>(() => new LatentWriter(Database).AddAsync(
            new LatentBatch(Model, 2, new(["Eyeglasses", "Laughing", "Blond_Hair", "Wearing_Hat"]), [Row("b", [1f, 1f], 0)]),
            CancellationToken.None));

        Assert.Equal("latents[0].latent.values", size.Field);
        Assert.Equal("attributes[1]", names.Field);
    }

    [NeedsPostgres]
    public async Task Batches_that_arrive_together_all_arrive()
    {
        await MigrateAsync();
        // The same sources in opposite orders: without the lock on the model version this would deadlock.
        var batches = Enumerable.Range(0, 8).Select(batch => Enumerable.Range(0, 50)
            .Select(i => Row($"{(batch % 2 == 0 ? i : 49 - i)}", Numbers(4, i), 0, 1)).ToArray());

        var counts = await Task.WhenAll(batches.Select(rows => WriteAsync(Model, 4, rows)));

        Assert.Equal(50, counts.Sum(count => count.Added));
        Assert.Equal(350, counts.Sum(count => count.Replaced));
        Assert.Equal(50L, await AskAsync<long>("SELECT latents FROM model_versions"));
    }

    private Task<(int Added, int Replaced)> WriteAsync(ModelVersionId model, int size, params LatentBatch.Row[] rows) =>
        new LatentWriter(Database).AddAsync(new LatentBatch(model, size, Attributes, rows), CancellationToken.None);
}
