using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace Grpc.Net.Client;

/// <summary>A channel's rules for making a failed call again: gRPC's proposal A6.</summary>
internal sealed class Retries
{
    private readonly Dictionary<(string? Service, string? Method), RetryPolicy?> policies = [];

    /// <exception cref="InvalidOperationException">A method is configured twice, or a policy is incomplete.</exception>
    public Retries(ServiceConfig? config)
    {
        foreach (var method in config?.MethodConfigs ?? [])
        {
            if (method.RetryPolicy is { } policy)
                Validate(policy);
            foreach (var name in method.Names)
                if (!policies.TryAdd((name.Service, name.Method), method.RetryPolicy))
                    throw new InvalidOperationException($"Duplicate method config found. Service: '{name.Service}', method: '{name.Method}'.");
        }
        if (config?.RetryThrottling is { } throttling)
            Throttle = new(
                throttling.MaxTokens ?? throw new InvalidOperationException("Retry throttling missing required property 'maxTokens'."),
                throttling.TokenRatio ?? throw new InvalidOperationException("Retry throttling missing required property 'tokenRatio'."));
    }

    public Throttle? Throttle { get; }

    /// <summary>The narrowest that names the method; null: it is not retried.</summary>
    public RetryPolicy? PolicyOf(IMethod method) =>
        policies.Count > 0 && (policies.TryGetValue((method.ServiceName, method.Name), out var policy)
            || policies.TryGetValue((method.ServiceName, null), out policy)
            || policies.TryGetValue((null, null), out policy)) ? policy : null;

    private static void Validate(RetryPolicy policy)
    {
        if (!(policy.MaxAttempts > 1))
            throw new InvalidOperationException("Retry policy max attempts must be greater than 1.");
        if (!(policy.InitialBackoff > TimeSpan.Zero))
            throw new InvalidOperationException("Retry policy initial backoff must be greater than zero.");
        if (!(policy.MaxBackoff > TimeSpan.Zero))
            throw new InvalidOperationException("Retry policy maximum backoff must be greater than zero.");
        if (!(policy.BackoffMultiplier > 0))
            throw new InvalidOperationException("Retry policy backoff multiplier must be greater than 0.");
        if (policy.RetryableStatusCodes.Count == 0)
            throw new InvalidOperationException("Retry policy must specify at least 1 retryable status code.");
    }
}

/// <summary>Keeps clients from burying a server that is down under their retries.</summary>
internal sealed class Throttle(int maxTokens, double tokenRatio)
{
    private readonly Lock gate = new();
    private readonly double ratio = Math.Truncate(tokenRatio * 1000) / 1000;
    private double tokens = maxTokens;

    public bool IsActive
    {
        get
        {
            lock (gate)
                return tokens <= maxTokens / 2.0;
        }
    }

    public void Succeeded()
    {
        lock (gate)
            tokens = Math.Min(tokens + ratio, maxTokens);
    }

    public void Failed()
    {
        lock (gate)
            tokens = Math.Max(tokens - 1, 0);
    }
}
