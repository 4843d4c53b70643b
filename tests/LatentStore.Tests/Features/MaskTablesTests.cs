using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.ModelStore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using MsOptions = Microsoft.Extensions.Options.Options;

namespace FaceMix.Tests.LatentStore.Features;

public sealed class MaskTablesTests(TestPostgres postgres) : StoreTest(postgres)
{
    [NeedsPostgres]
    public async Task A_table_is_read_once_until_the_latents_change()
    {
        await MigrateAsync();
        await AddAsync(Model, 4, Smiling, 0, Smiling);
        using var tables = new MaskTables(Database, MsOptions.Create(Options), NullLogger<MaskTables>.Instance);

        var first = await GetAsync(tables);
        var again = await GetAsync(tables);
        await AddAsync(Model, 4, 0, 0, Smiling, Smiling | Eyeglasses);
        var changed = await GetAsync(tables);

        Assert.Same(first, again);
        Assert.Equal(2, first.CountOf(1));
        Assert.Equal(4, changed.Count);
        Assert.Equal(2, changed.CountOf(1));
        Assert.Equal(1, changed.CountOf(0));
    }

    [NeedsPostgres]
    public async Task No_more_model_versions_are_kept_than_allowed()
    {
        await MigrateAsync();
        Options.MaxModelVersionsInMemory = 1;
        var other = new ModelVersionId("facemix-64", "20260202-000000");
        await AddAsync(Model, 4, Smiling);
        await AddAsync(other, 4, Smiling);
        using var tables = new MaskTables(Database, MsOptions.Create(Options), NullLogger<MaskTables>.Instance);

        var first = await GetAsync(tables);
        await GetAsync(tables, other);

        Assert.NotSame(first, await GetAsync(tables));
    }

    [NeedsPostgres]
    public async Task The_matcher_finds_a_face_with_the_features()
    {
        await MigrateAsync();
        await AddAsync(Model, 4, Smiling, Smiling | Eyeglasses, Smiling | Eyeglasses | WearingHat, 0);
        using var tables = new MaskTables(Database, MsOptions.Create(Options), NullLogger<MaskTables>.Instance);
        var matcher = new FeatureMatcher(tables, new LatentReader(Database));

        var (latent, candidates) = (await matcher.FindAsync(await ModelAsync(Model), Wish(Eyeglasses, WearingHat), 5, CancellationToken.None))!.Value;

        Assert.Equal("face/1", latent.Source);
        Assert.Equal(1, candidates);
    }

    [NeedsPostgres]
    public async Task A_latent_that_was_deleted_meanwhile_is_not_chosen()
    {
        await MigrateAsync();
        await AddAsync(Model, 4, Smiling, Smiling);
        using var tables = new MaskTables(Database, MsOptions.Create(Options), NullLogger<MaskTables>.Instance);
        var matcher = new FeatureMatcher(tables, new LatentReader(Database));
        var model = await ModelAsync(Model);
        await GetAsync(tables);
        await using (var delete = Database.CreateCommand(
            "WITH gone AS (DELETE FROM latents WHERE source = 'face/0') UPDATE model_versions SET latents = 1, revision = revision + 1"))
            await delete.ExecuteNonQueryAsync();

        for (var seed = 0UL; seed < 8; seed++)
            Assert.Equal("face/1", (await matcher.FindAsync(model, Wish(Smiling, 0), seed, CancellationToken.None))!.Value.Latent.Source);
    }

    private async Task<MaskTable> GetAsync(MaskTables tables, ModelVersionId? id = null) =>
        await tables.GetAsync(await ModelAsync(id ?? Model), CancellationToken.None);

    private async Task<StoredModel> ModelAsync(ModelVersionId id) => (await new ModelVersions(Database).FindAsync(id, CancellationToken.None))!;
}
