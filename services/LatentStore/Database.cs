using System.Diagnostics;
using Npgsql;

namespace FaceMix.LatentStore;

/// <summary>The one pool of connections.</summary>
public static class Database
{
    /// <summary>Opens nothing yet: the first connection is made by the first who asks.</summary>
    public static NpgsqlDataSource Open(StoreOptions options)
    {
        // Its metrics and traces bear this name; without one they would bear the connection string.
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString) { Name = "facemix" };
        builder.ConnectionStringBuilder.ApplicationName = "facemix-latent-store";
        builder.ConnectionStringBuilder.MaxPoolSize = options.MaxConnections;
        builder.ConnectionStringBuilder.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        builder.ConnectionStringBuilder.CommandTimeout = (int)options.StatementTimeout.TotalSeconds;
        // A span belongs to a call; the look every two seconds would be a trace of its own each time.
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .ConfigureBatchFilter(_ => Activity.Current is not null));
        // The same few statements run all the time; prepared, they are planned once a connection.
        builder.ConnectionStringBuilder.MaxAutoPrepare = 50;
        // Nothing of a session is left behind: settings are those of a transaction, and the staging table is emptied with each.
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        builder.UseVector();
        return builder.Build();
    }
}
