using Npgsql;
using Testcontainers.PostgreSql;
using Xunit;
using Vector = global::Pgvector.Vector;

namespace FaceMix.Tests.Pgvector.Containers;

public sealed class PostgreSqlContainerTests
{
    [NeedsPostgresImage]
    public async Task A_container_answers_until_it_is_disposed_of()
    {
        await using var container = new PostgreSqlBuilder(NeedsPostgresImageAttribute.Image).WithDatabase("faces").Build();
        await container.StartAsync();
        var builder = new NpgsqlDataSourceBuilder(container.GetConnectionString());
        builder.UseVector();
        await using var database = builder.Build();
        await using (var create = database.CreateCommand("CREATE EXTENSION vector"))
            await create.ExecuteNonQueryAsync();
        await using (var connection = await database.OpenConnectionAsync())
            await connection.ReloadTypesAsync();

        await using var command = database.CreateCommand("SELECT '[1,2]'::vector");

        Assert.Equal(new Vector(new[] { 1f, 2f }), await command.ExecuteScalarAsync());
    }

    [Fact]
    public void A_container_needs_a_password() => Assert.Throws<ArgumentException>(() => new PostgreSqlBuilder("image:1").WithPassword("").Build());
}
