namespace Grpc.Net.Client.Configuration;

/// <summary>A part of gRPC's service config.</summary>
public abstract class ConfigObject
{
    internal ConfigObject()
    {
    }
}

/// <summary>What clients of a service do without being told by each call.</summary>
public sealed class ServiceConfig : ConfigObject
{
    /// <summary>The first policy that is known is taken; none: <see cref="PickFirstConfig"/>.</summary>
    public IList<LoadBalancingConfig> LoadBalancingConfigs { get; } = [];

    public IList<MethodConfig> MethodConfigs { get; } = [];

    public RetryThrottlingPolicy? RetryThrottling { get; set; }
}

/// <summary>What the calls of some methods do.</summary>
public sealed class MethodConfig : ConfigObject
{
    public IList<MethodName> Names { get; } = [];

    public RetryPolicy? RetryPolicy { get; set; }
}

/// <summary>One method; all of a service where the method is unset; all where both are.</summary>
public sealed class MethodName : ConfigObject
{
    public static readonly MethodName Default = new();

    /// <summary>With its package.</summary>
    public string? Service { get; set; }

    public string? Method { get; set; }
}

/// <summary>When a failed call is made again. Everything must be set.</summary>
public sealed class RetryPolicy : ConfigObject
{
    /// <summary>The first one included; at least 2. The channel's own limit may be lower.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>The wait before the n-th retry is drawn from 0 to the smaller of this times multiplierⁿ⁻¹ and the maximum.</summary>
    public TimeSpan? InitialBackoff { get; set; }

    public TimeSpan? MaxBackoff { get; set; }

    public double? BackoffMultiplier { get; set; }

    /// <summary>At least one.</summary>
    public IList<Grpc.Core.StatusCode> RetryableStatusCodes { get; } = [];
}

/// <summary>
/// A failure takes a token of the channel's, a success gives some back; with half of them or fewer nothing is retried.
/// </summary>
public sealed class RetryThrottlingPolicy : ConfigObject
{
    public int? MaxTokens { get; set; }

    /// <summary>What a success gives back; the first three decimals count.</summary>
    public double? TokenRatio { get; set; }
}

/// <summary>Which of several addresses a call goes to.</summary>
public class LoadBalancingConfig : ConfigObject
{
    public const string PickFirstPolicyName = "pick_first";
    public const string RoundRobinPolicyName = "round_robin";

    public LoadBalancingConfig(string loadBalancingPolicyName) => PolicyName = loadBalancingPolicyName;

    public string PolicyName { get; }
}

/// <summary>All calls go to the first address that can be reached.</summary>
public sealed class PickFirstConfig() : LoadBalancingConfig(PickFirstPolicyName);

/// <summary>Calls go to all addresses that can be reached, in turn.</summary>
public sealed class RoundRobinConfig() : LoadBalancingConfig(RoundRobinPolicyName);
