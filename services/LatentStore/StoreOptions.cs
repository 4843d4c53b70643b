using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace FaceMix.LatentStore;

/// <summary>The configuration section <c>Store</c>.</summary>
public sealed class StoreOptions : IValidatableObject
{
    /// <summary>The database, in Npgsql's form. The default is the one that <c>./facemix up</c> starts, without its password.</summary>
    [Required]
    public string ConnectionString { get; set; } = "Host=127.0.0.1;Port=54329;Username=facemix;Database=facemix";

    /// <summary>Connections to the database at once; more callers wait.</summary>
    [Range(1, 500)]
    public int MaxConnections { get; set; } = 20;

    /// <summary>How many model versions' attribute masks are kept in memory, 16 bytes a latent.</summary>
    [Range(1, 1000)]
    public int MaxModelVersionsInMemory { get; set; } = 8;

    /// <summary>How long to wait for a connection.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time for one statement.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait between two tries to reach a database that does not answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string? problem = null;
        try
        {
            if (string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(ConnectionString).Host))
                problem = "it names no Host";
        }
        catch (ArgumentException exception)
        {
            problem = exception.Message.TrimEnd('.');
        }
        if (problem is not null)
            yield return new ValidationResult($"Store:ConnectionString is not one that Npgsql understands, such as Host=127.0.0.1;Username=facemix;Database=facemix: {problem}.");
    }
}
