using System.Globalization;

namespace FaceMix.Distributed.Rendezvous;

/// <summary>Which process of which group this is, as torchrun and Kubeflow's PyTorchJob tell it by environment variables.</summary>
/// <param name="Rank">0 to <paramref name="WorldSize"/> - 1; <c>RANK</c>.</param>
/// <param name="LocalRank">The same among the processes of this machine; <c>LOCAL_RANK</c>, 0 where it is not set.</param>
/// <param name="WorldSize">Number of processes; <c>WORLD_SIZE</c>.</param>
/// <param name="MasterAddress">Where the store is; <c>MASTER_ADDR</c>.</param>
/// <param name="MasterPort">Its port; <c>MASTER_PORT</c>.</param>
public sealed record ProcessEnvironment(int Rank, int LocalRank, int WorldSize, string MasterAddress, int MasterPort)
{
    /// <summary>The most processes that a group may have.</summary>
    public const int MaxWorldSize = 65536;

    /// <summary>True: the launcher holds the store, as torchrun does; otherwise the process of rank 0 does.</summary>
    public bool LauncherHoldsStore { get; init; }

    /// <summary>How often the launcher has started the group again; keeps one attempt's keys from the next one's.</summary>
    public int Attempt { get; init; }

    /// <summary>Which machine of the group this is; torchrun's <c>GROUP_RANK</c>.</summary>
    public int Machine { get; init; }

    /// <summary>The group that the environment describes, or null where it describes none.</summary>
    /// <exception cref="ProcessEnvironmentException">A variable is missing, no number, or contradicts another.</exception>
    public static ProcessEnvironment? Read() => Read(Environment.GetEnvironmentVariable);

    /// <param name="variable">Gives a variable's value, or null.</param>
    /// <inheritdoc cref="Read()"/>
    public static ProcessEnvironment? Read(Func<string, string?> variable)
    {
        if (variable("WORLD_SIZE") is null && variable("RANK") is null)
            return null;
        var size = Number(variable, "WORLD_SIZE", 1, MaxWorldSize, null);
        var rank = Number(variable, "RANK", 0, int.MaxValue, null);
        if (rank >= size)
            throw new ProcessEnvironmentException($"RANK is {rank} and WORLD_SIZE {size}; ranks go from 0 to {size - 1}.");
        var local = Number(variable, "LOCAL_RANK", 0, rank, 0);
        var localSize = Number(variable, "LOCAL_WORLD_SIZE", local + 1, size, local + 1);
        return new ProcessEnvironment(rank, local, size, Text(variable, "MASTER_ADDR"), Number(variable, "MASTER_PORT", 1, 65535, null))
        {
            LauncherHoldsStore = string.Equals(variable("TORCHELASTIC_USE_AGENT_STORE"), bool.TrueString, StringComparison.OrdinalIgnoreCase),
            Attempt = Number(variable, "TORCHELASTIC_RESTART_COUNT", 0, int.MaxValue, 0),
            Machine = Number(variable, "GROUP_RANK", 0, size - 1, (rank - local) / localSize),
        };
    }

    private static string Text(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } text
            ? text
            : throw new ProcessEnvironmentException($"{name} is not set, although WORLD_SIZE or RANK is; torchrun sets RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT.");

    private static int Number(Func<string, string?> variable, string name, int least, int most, int? fallback)
    {
        if (fallback is { } value && string.IsNullOrEmpty(variable(name)))
            return value;
        var text = Text(variable, name);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
            throw new ProcessEnvironmentException($"{name} is '{text}'; it must be a number {(most == int.MaxValue ? $"from {least} on" : $"from {least} to {most}")}.");
        return number;
    }
}
