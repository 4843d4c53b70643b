using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// What must be in place before a service takes calls. Each part is declared once, not ready, by what owns it;
/// <c>/readyz</c> answers 200 when all are ready, else 503 with the reasons; <c>grpc.health.v1</c> says the same.
/// </summary>
public sealed class Readiness(ILogger<Readiness> logger) : IHealthCheck
{
    private readonly ConcurrentDictionary<string, string?> parts = new();
    private volatile bool isStopping;

    /// <summary>Called when something about it may have changed.</summary>
    internal event Action? Changed;

    /// <summary>Every declared part is ready, and the service is not stopping.</summary>
    public bool IsReady => !isStopping && parts.Values.All(reason => reason is null);

    /// <summary>The service has been told to stop: it finishes what it has and takes nothing new.</summary>
    public bool IsStopping => isStopping;

    /// <summary>"part: reason" for each part that is not ready.</summary>
    public IReadOnlyList<string> Reasons =>
    [
        .. isStopping ? ["service: stopping"] : Array.Empty<string>(),
        .. parts.Where(part => part.Value is not null).OrderBy(part => part.Key).Select(part => $"{part.Key}: {part.Value}"),
    ];

    /// <summary>Declares a part as not ready.</summary>
    /// <param name="part">"model", "database".</param>
    /// <param name="reason">What it waits for.</param>
    public void Require(string part, string reason)
    {
        parts[part] = reason;
        Changed?.Invoke();
    }

    /// <summary>The part is in place.</summary>
    public void SetReady(string part)
    {
        if (parts.TryGetValue(part, out var before) && before is null)
            return;
        parts[part] = null;
        Log.PartReady(logger, part);
        Changed?.Invoke();
    }

    /// <summary>The part is gone, or not there yet.</summary>
    public void SetNotReady(string part, string reason)
    {
        var changed = !parts.TryGetValue(part, out var before) || before != reason;
        parts[part] = reason;
        if (!changed)
            return;
        Log.PartNotReady(logger, part, reason);
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join('\n', Reasons)));

    internal void SetStopping()
    {
        isStopping = true;
        Changed?.Invoke();
    }
}
