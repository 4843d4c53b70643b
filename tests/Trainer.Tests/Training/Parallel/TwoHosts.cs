using System.Diagnostics;

namespace FaceMix.Tests.Trainer.Training.Parallel;

/// <summary>Two network namespaces with a cable between them: two machines as far as sockets and host names go.</summary>
internal sealed class TwoHosts : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _spaces;

    public TwoHosts()
    {
        // Of this process alone, so that two runs of the tests do not meet.
        var mark = Environment.ProcessId;
        _spaces = [.. Names.Select(name => $"fm{mark}-{name}")];
        foreach (var space in _spaces)
            Run("ip", "netns", "add", space);
        Run("ip", "link", "add", "cable", "netns", _spaces[0], "type", "veth", "peer", "name", "cable", "netns", _spaces[1]);
        foreach (var (space, name) in _spaces.Zip(Names))
        {
            Run("ip", "-n", space, "link", "set", "lo", "up");
            Run("ip", "-n", space, "addr", "add", $"{name}/24", "dev", "cable");
            Run("ip", "-n", space, "link", "set", "cable", "up");
        }
        // In the place of ssh: mpirun calls it with a host and a command.
        Agent = $"sh {_folder.File("agent")}";
        File.WriteAllText(_folder.File("agent"), $"""
            host=$1
            shift
            exec ip netns exec "fm{mark}-$host" unshare --uts sh -c "hostname $host; $*"
            """);
    }

    /// <summary>Addresses, which are the machines' names, too.</summary>
    public static IReadOnlyList<string> Names { get; } = ["10.87.0.1", "10.87.0.2"];

    /// <summary>For Open MPI's <c>plm_rsh_agent</c>.</summary>
    public string Agent { get; }

    /// <summary>Before a command that is to run on the first of them.</summary>
    public IEnumerable<string> OnFirst => ["ip", "netns", "exec", _spaces[0], "unshare", "--uts", "sh", "-c", $"hostname {Names[0]}; exec \"$@\"", "sh"];

    public void Dispose()
    {
        foreach (var space in _spaces)
            Run("ip", "netns", "del", space);
        _folder.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error}");
    }
}

/// <summary>A fact about several machines, which network namespaces stand for.</summary>
public sealed class NeedsTwoHostsAttribute() : NeedsAttribute(Missing)
{
    private static string? Missing { get; } =
        !File.Exists("/usr/bin/mpirun") ? "Open MPI is missing: apt-get install openmpi-bin."
        : !File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip") ? "ip is missing: apt-get install iproute2."
        : !Environment.IsPrivilegedProcess ? "Network namespaces need root."
        : null;
}
