using FaceMix.LatentStore.Migrations;
using FaceMix.LatentStore.Spaces;
using FaceMix.ModelStore;
using Xunit;

namespace FaceMix.Tests.LatentStore.Migrations;

/// <summary>Databases of earlier versions, with data, become those of this one.</summary>
public sealed class UpgradeTests(TestPostgres postgres) : StoreTest(postgres)
{
    [NeedsPostgres]
    public async Task A_database_of_schema_1_keeps_its_faces()
    {
        await FillSchema1Async();

        await MigrateAsync();

        Assert.Equal(
            """
            1 old@20250101-000000 drawn/1 17 {Eyeglasses} {} synthetic [1,2]
            2 old@20250101-000000 photographs a/b.jpg {Smiling} {} photograph [3,4]
            3 old@20250101-000000 unnamed x {} {} synthetic [5,6]
            4 other@20250101-000000 drawn/2 17 {Bit63} {} synthetic [7]
            """,
            await AskAsync<string>(
                "SELECT string_agg(concat_ws(' ', id, model, dataset, source, attributes, not_known, provenance, latent), E'\\n' ORDER BY id) FROM faces"));
        Assert.Equal(4L, await AskAsync<long>("SELECT count(*) FROM latents WHERE revision = 1"));
        Assert.Equal(5L, await AskAsync<long>("SELECT nextval('latent_ids')"));
        Assert.Equal("2", await AskAsync<string>("SELECT string_agg(id::text, '') FROM latents WHERE provenance = 2"));
    }

    [NeedsPostgres]
    public async Task A_version_of_schema_1_takes_the_latent_space_that_it_is_registered_with()
    {
        await FillSchema1Async();
        await MigrateAsync();
        var old = new ModelVersionId("old", "20250101-000000");

        var (added, attributes) = await new Registration(Database).RegisterAsync(old, Digest, 2, ["Smiling", "Bald"], CancellationToken.None);

        Assert.False(added);
        Assert.Equal(["Eyeglasses", "Smiling", "Bald"], attributes.Names);
        var space = (await Catalog.FindAsync(old, CancellationToken.None))!;
        Assert.Equal(Digest, space.Digest);
        Assert.Equal(3L, await AskAsync<long>($"SELECT count(*) FROM {space.Partition}"));
        var problem = await Assert.ThrowsAsync<RegistrationException>(() => new Registration(Database).RegisterAsync(old, OtherDigest, 2, [], CancellationToken.None));
        Assert.Equal("latent_space", problem.Field);
    }

    private async Task FillSchema1Async()
    {
        await new Migrator(Database, [.. Migration.Embedded.Take(1)]).ApplyAsync(CancellationToken.None);
        var names = string.Join(",", Enumerable.Range(0, 64).Select(i => $"Bit{i}"));
        await RunAsync(
            $$$"""
            INSERT INTO model_versions (name, version, latent_size, attributes, latents, revision)
            VALUES ('old', '20250101-000000', 2, '{Eyeglasses,Smiling}', 3, 7), ('other', '20250101-000000', 1, '{{{{names}}}}', 1, 2);
            CREATE TABLE latents_of_1 (LIKE latents INCLUDING ALL, CHECK (model_id = 1), CHECK (vector_dims(vector) = 2)) WITH (toast_tuple_target = 8160);
            ALTER TABLE latents ATTACH PARTITION latents_of_1 FOR VALUES IN (1);
            CREATE TABLE latents_of_2 (LIKE latents INCLUDING ALL, CHECK (model_id = 2), CHECK (vector_dims(vector) = 1)) WITH (toast_tuple_target = 8160);
            ALTER TABLE latents ATTACH PARTITION latents_of_2 FOR VALUES IN (2);
            INSERT INTO latents (model_id, source, vector, attributes, provenance)
            VALUES (1, 'drawn/1/17', '[1,2]', 1, 1), (1, 'a/b.jpg', '[3,4]', 2, 2), (1, 'x', '[5,6]', 0, 1), (2, 'drawn/2/17', '[7]', -9223372036854775808, 1);
            """);
    }
}
