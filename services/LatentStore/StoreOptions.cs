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

    /// <summary>
    /// Most memory that copies of latent spaces take, in MiB; a face of 256 numbers takes about 1.1 KB. 0 means half of what the process may
    /// use. Spaces that do not fit are left to the database.
    /// </summary>
    [Range(0, 1 << 20)]
    public int MaxMemoryMegabytes { get; set; }

    /// <summary>Loads (AddLatents, ImportCsv) at once; more are refused with RESOURCE_EXHAUSTED.</summary>
    [Range(1, 100)]
    public int MaxLoads { get; set; } = 8;

    /// <summary>How long a load waits for its caller's next message.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LoadIdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for a connection.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time for one statement.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait between two tries to reach a database that does not answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most bytes that copies of latent spaces take.</summary>
    internal long MemoryLimit => MaxMemoryMegabytes == 0 ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 : (long)MaxMemoryMegabytes << 20;

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
