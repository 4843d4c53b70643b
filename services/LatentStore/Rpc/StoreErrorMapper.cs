using System.Net.Sockets;
using FaceMix.LatentStore.Spaces;
using FaceMix.ServiceDefaults;
using Grpc.Core;
using Npgsql;

namespace FaceMix.LatentStore.Rpc;

/// <summary>A database that does not answer is UNAVAILABLE with a sentence; the store finds it again by itself.</summary>
internal sealed class StoreErrorMapper : IErrorMapper
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public RpcException? Map(Exception exception) => exception switch
    {
        RegistrationException problem => RpcErrors.InvalidArgument(problem.Field, problem.Message),
        NpgsqlException problem when IsOutage(problem) => Unavailable("The latent store's database does not answer; the store goes on trying.", problem),
        _ => null,
    };

    public static RpcException Unavailable(string message, Exception? cause = null) =>
        RpcErrors.Unavailable("DATABASE_UNAVAILABLE", message, RetryAfter, cause);

    /// <summary>Connection lost or refused, server starting, stopping or out of resources; not an error in a statement.</summary>
    private static bool IsOutage(NpgsqlException problem) => problem switch
    {
        PostgresException { SqlState: ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] or ['2', '8', ..] or ['3', 'D', ..] } => true,
        PostgresException => false,
        _ => problem.InnerException is null or IOException or SocketException or TimeoutException,
    };
}
