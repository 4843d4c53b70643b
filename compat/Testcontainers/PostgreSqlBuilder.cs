namespace Testcontainers.PostgreSql;

/// <summary>Describes a PostgreSQL container. Each method gives a new builder; none is changed.</summary>
public sealed class PostgreSqlBuilder
{
    public const ushort PostgreSqlPort = 5432;
    public const string DefaultDatabase = "postgres";
    public const string DefaultUsername = "postgres";
    public const string DefaultPassword = "postgres";

    private readonly PostgreSqlConfiguration _configuration;

    /// <param name="image">Repository and tag, such as "pgvector/pgvector:pg16".</param>
    public PostgreSqlBuilder(string image)
        : this(new PostgreSqlConfiguration(image, DefaultDatabase, DefaultUsername, DefaultPassword))
    {
    }

    private PostgreSqlBuilder(PostgreSqlConfiguration configuration) => _configuration = configuration;

    public PostgreSqlBuilder WithImage(string image) => new(_configuration with { Image = image });

    public PostgreSqlBuilder WithDatabase(string database) => new(_configuration with { Database = database });

    public PostgreSqlBuilder WithUsername(string username) => new(_configuration with { Username = username });

    public PostgreSqlBuilder WithPassword(string password) => new(_configuration with { Password = password });

    /// <exception cref="ArgumentException">The image or the password is empty.</exception>
    public PostgreSqlContainer Build()
    {
        ArgumentException.ThrowIfNullOrEmpty(_configuration.Image);
        ArgumentException.ThrowIfNullOrEmpty(_configuration.Password);
        return new PostgreSqlContainer(_configuration);
    }
}

internal sealed record PostgreSqlConfiguration(string Image, string Database, string Username, string Password);
