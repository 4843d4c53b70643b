using FaceMix.LatentStore.Migrations;
using Xunit;

namespace FaceMix.Tests.LatentStore.Migrations;

public sealed class MigratorTests(TestPostgres postgres) : StoreTest(postgres)
{
    [NeedsPostgres]
    public async Task An_empty_database_gets_every_migration_and_a_second_run_none()
    {
        var first = await ApplyAsync(Migration.Embedded);
        var second = await ApplyAsync(Migration.Embedded);

        Assert.Equal(Migration.Embedded.Select(migration => migration.Name), first);
        Assert.Empty(second);
        Assert.Equal((long)Migration.Embedded.Count, await AskAsync<long>("SELECT count(*) FROM schema_migrations"));
    }

    [NeedsPostgres]
    public async Task Stores_that_start_together_apply_each_migration_once()
    {
        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ApplyAsync(Migration.Embedded)));

        Assert.Equal(Migration.Embedded.Count, applied.Sum(names => names.Count));
    }

    [NeedsPostgres]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_refused()
    {
        await ApplyAsync([new(1, "001-a.sql", "CREATE TABLE a ()")]);

        var problem = await Assert.ThrowsAsync<SchemaException>(() => ApplyAsync([new(1, "001-a.sql", "CREATE TABLE b ()")]));

        Assert.Contains("001-a.sql", problem.Message, StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task A_database_newer_than_the_program_is_refused()
    {
        await ApplyAsync([new(1, "001-a.sql", "CREATE TABLE a ()"), new(2, "002-b.sql", "CREATE TABLE b ()")]);

        var problem = await Assert.ThrowsAsync<SchemaException>(() => ApplyAsync([new(1, "001-a.sql", "CREATE TABLE a ()")]));

        Assert.Contains("002-b.sql", problem.Message, StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task When_one_of_several_fails_none_is_applied()
    {
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ApplyAsync([new(1, "001-a.sql", "CREATE TABLE a ()"), new(2, "002-b.sql", "nonsense")]));

        Assert.Equal(DBNull.Value, await AskAsync<object>("SELECT to_regclass('a')::text"));
    }

    [Fact]
    public void Migrations_are_numbered_from_one_without_gaps() =>
        Assert.Equal(Enumerable.Range(1, Migration.Embedded.Count), Migration.Embedded.Select(migration => migration.Number));

    [Fact]
    public void Line_ends_of_a_checkout_do_not_change_the_checksum() =>
        Assert.Equal(new Migration(1, "a", "x\ny\n").Checksum, new Migration(1, "a", "x\r\ny\r\n").Checksum);

    private Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<Migration> migrations) =>
        new Migrator(Database, migrations).ApplyAsync(CancellationToken.None);
}
