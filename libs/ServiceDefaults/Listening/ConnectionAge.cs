using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Asks each connection to close when it is old, and all when the service stops. Over HTTP/2 that is GOAWAY: what
/// runs goes on, and the next call takes another connection, wherever the caller's load balancing leads it then.
/// </summary>
internal sealed class ConnectionAge(TimeSpan age, TimeProvider time, CancellationToken stopping)
{
    private const double Jitter = 0.1;

    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is not { } lifetime)
        {
            await next(connection);
            return;
        }
        // A connection accepted while stopping stays open, so that its caller receives UNAVAILABLE.
        using var registration = stopping.IsCancellationRequested ? default : stopping.UnsafeRegister(Close, lifetime);
        await using var timer = age == TimeSpan.Zero ? null : time.CreateTimer(Close, lifetime, Jittered(), Timeout.InfiniteTimeSpan);
        await next(connection);
    };

    private static void Close(object? lifetime) => ((IConnectionLifetimeNotificationFeature)lifetime!).RequestClose();

    private TimeSpan Jittered() => age * (1 - Jitter + (2 * Jitter * Random.Shared.NextDouble()));
}
