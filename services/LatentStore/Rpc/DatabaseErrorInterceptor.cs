using System.Net.Sockets;
using FaceMix.ServiceDefaults;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Npgsql;

namespace FaceMix.LatentStore.Rpc;

/// <summary>A database that does not answer is UNAVAILABLE with a sentence; the store finds it again by itself.</summary>
public sealed class DatabaseErrorInterceptor(DatabaseWatch watch, ILogger<DatabaseErrorInterceptor> logger) : Interceptor
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (!watch.HasSchema)
            throw Unavailable("The latent store has not reached its database yet; /readyz says why.");
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (NpgsqlException problem) when (IsOutage(problem) && !context.CancellationToken.IsCancellationRequested)
        {
            Log.DatabaseUnavailable(logger, context.Method, problem.Message);
            throw Unavailable("The latent store's database does not answer; the store goes on trying.");
        }
    }

    private static RpcException Unavailable(string message) => RpcErrors.Unavailable("DATABASE_UNAVAILABLE", message, RetryAfter);

    /// <summary>Connection lost or refused, server starting, stopping or out of resources; not an error in a statement.</summary>
    private static bool IsOutage(NpgsqlException problem) => problem switch
    {
        PostgresException { SqlState: ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] or ['2', '8', ..] or ['3', 'D', ..] } => true,
        PostgresException => false,
        _ => problem.InnerException is null or IOException or SocketException or TimeoutException,
    };
}
