using Npgsql;
using Xunit;

namespace FaceMix.Tests.LatentStore.Migrations;

/// <summary>What the tables promise to those who write SQL.</summary>
public sealed class SchemaTests(TestPostgres postgres) : StoreTest(postgres)
{
    private const string Insert = "INSERT INTO latents (space_id, dataset_id, source, vector, has, known, provenance) VALUES ";

    [NeedsPostgres]
    public async Task Every_table_column_and_function_has_a_comment()
    {
        await MigrateAsync();
        await RegisterAsync();

        Assert.Equal("", await AskAsync<string>(
            """
            SELECT coalesce(string_agg(name, ', '), '') FROM (
                SELECT c.relname AS name FROM pg_class c
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') AND obj_description(c.oid, 'pg_class') IS NULL
                AND c.relname NOT LIKE '%\_id\_seq'
                UNION ALL
                SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
                AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL
                UNION ALL
                SELECT p.proname FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
            ) AS uncommented
            """));
    }

    [NeedsPostgres]
    public async Task What_sql_writes_gets_one_revision_a_transaction()
    {
        await MigrateAsync();
        var space = await RegisterAsync(2);
        await LoadAsync(space, "a", Faces(space, 0, 0, 0));
        var (key, dataset) = (space.Key, await AskAsync<int>("SELECT id FROM datasets"));

        await RunAsync($"{Insert}({key}, {dataset}, 'x', '[1,1]', 1, 1, 1), ({key}, {dataset}, 'y', '[1,1]', 0, 1, 1)");
        await RunAsync("BEGIN; UPDATE latents SET has = 2, known = 2 WHERE source = 'face/0'; UPDATE latents SET has = 2, known = 2 WHERE source = 'face/1'; COMMIT");
        await RunAsync("DELETE FROM latents WHERE source = 'face/2'");

        Assert.Equal("face/0 3, face/1 3, x 2, y 2", await AskAsync<string>("SELECT string_agg(source || ' ' || revision, ', ' ORDER BY source) FROM latents"));
        Assert.Equal(4, (await NowAsync(space)).Revision);
        Assert.Equal(4L, await AskAsync<long>("SELECT revision FROM deletions"));
    }

    [NeedsPostgres]
    public async Task Rows_that_cannot_be_are_refused_by_the_tables()
    {
        await MigrateAsync();
        var space = await RegisterAsync(2);
        var other = await RegisterAsync(2, "facemix-64@20260202-000000", OtherDigest);
        await LoadAsync(space, "a", Faces(space, 0));
        await LoadAsync(other, "b", Faces(other, 0));
        var (mine, foreign) = (await AskAsync<int>("SELECT id FROM datasets WHERE name = 'a'"), await AskAsync<int>("SELECT id FROM datasets WHERE name = 'b'"));

        foreach (var (row, what) in new[]
        {
            ($"({space.Key}, {mine}, 'x', '[1,1,1]', 0, 1, 1)", "has_its_size"),
            ($"({space.Key}, {foreign}, 'x', '[1,1]', 0, 1, 1)", "has no data set"),
            ($"({space.Key}, 999, 'x', '[1,1]', 0, 1, 1)", "has no data set"),
            ($"(999, {mine}, 'x', '[1,1]', 0, 1, 1)", "no partition"),
            ($"({space.Key}, {mine}, 'x', '[1,1]', 2, 1, 1)", "has_is_known"),
            ($"({space.Key}, {mine}, 'x', '[1,1]', 16, 16, 1)", "has bits set"),
            ($"({space.Key}, {mine}, 'x', '[1,1]', 0, 1, 3)", "provenance"),
            ($"({space.Key}, {mine}, '', '[1,1]', 0, 1, 1)", "source"),
            ($"({space.Key}, {mine}, 'x', '[1e30,1]', 0, 1, 1)", "is_bounded"),
            ($"({space.Key}, {mine}, 'face/0', '[1,1]', 0, 1, 1)", "source_key"),
        })
        {
            var problem = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(Insert + row));
            Assert.Contains(what, problem.Message, StringComparison.Ordinal);
        }
        foreach (var (sql, what) in new[]
        {
            ($"UPDATE latents SET space_id = {other.Key} WHERE space_id = {space.Key}", "keeps its id and its latent space"),
            ("UPDATE latent_spaces SET attributes = attributes[2:]", "only be appended"),
            ("UPDATE latent_spaces SET latent_size = 3", "keeps its size"),
            ("DELETE FROM datasets", "has faces"),
        })
        {
            var problem = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(sql));
            Assert.Contains(what, problem.Message, StringComparison.Ordinal);
        }
    }

    [NeedsPostgres]
    public async Task Views_name_what_tables_number()
    {
        await MigrateAsync();
        var space = await RegisterAsync(2);
        await LoadAsync(space, "a", Face("x", [1, 2], Smiling, Smiling | WearingHat, 2), Face("y", [1, 2], 0, Smiling, 1));
        await RegisterAsync(2, "facemix-64@20260101-000000-2");

        Assert.Equal(
            "facemix-64@20260101-000000-2 a x {Smiling} {Eyeglasses,Blond_Hair} photograph [1,2]",
            await AskAsync<string>("SELECT concat_ws(' ', model, dataset, source, attributes, not_known, provenance, latent) FROM faces WHERE 'Smiling' = ANY (attributes)"));
        Assert.Equal(
            "Eyeglasses 0 0 2, Smiling 1 1 0, Blond_Hair 0 0 2, Wearing_Hat 0 1 1",
            await AskAsync<string>("SELECT string_agg(concat_ws(' ', name, has, has_not, not_known), ', ' ORDER BY position) FROM attributes"));
        Assert.Equal(
            "facemix-64@20260101-000000 false, facemix-64@20260101-000000-2 true",
            await AskAsync<string>("SELECT string_agg(model || ' ' || is_default, ', ' ORDER BY model) FROM models"));
    }
}
