using System.CommandLine;
using System.Reflection;
using FaceMix.Distributed;
using FaceMix.Distributed.Groups;
using FaceMix.Distributed.Launching;
using FaceMix.Distributed.Rendezvous;

namespace FaceMix.Trainer.Commands;

/// <summary>Training in several processes: those that a launcher started, or those that this one starts.</summary>
internal static class Processes
{
    public static Option<int> PerNode() => new("--nproc-per-node")
    {
        Description = "Trains in so many processes on this machine, each with a share of every batch; 0: in this one. Several machines: torchrun",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    public static Option<string> JoinTimeout() => new("--join-timeout")
    {
        Description = "How long processes that train together wait for each other to arrive",
        HelpName = "TIME",
        DefaultValueFactory = _ => "5m",
    };

    /// <summary>Starts this program's command once for each process; null where that was not asked for, or has happened.</summary>
    /// <exception cref="UsageException">The number is out of its range, or another launcher has started this process.</exception>
    public static async Task<int?> LaunchAsync(int processes)
    {
        if (processes == 0 || Environment.GetEnvironmentVariable(LocalLaunch.Mark) is not null)
            return null;
        if (processes is < 1 or > LocalLaunch.MaxProcesses)
            throw new UsageException($"--nproc-per-node is {processes}; it must be 1 to {LocalLaunch.MaxProcesses}.");
        if (Environment.GetEnvironmentVariable("RANK") is { } rank)
            throw new UsageException($"--nproc-per-node starts a group of its own, but a launcher has set RANK={rank}; leave one of them out.");
        var program = Environment.ProcessPath!;
        var arguments = Environment.GetCommandLineArgs()[1..];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            arguments = [Assembly.GetEntryAssembly()!.Location, .. arguments];
        return await new LocalLaunch(processes, program, arguments, Console.Error).RunAsync();
    }

    /// <summary>Meets the processes of the group that the environment describes; null where this one is alone.</summary>
    /// <exception cref="UsageException">The environment is incomplete or contradicts itself.</exception>
    /// <exception cref="DistributedException">Someone did not arrive.</exception>
    public static Team? Join(string joinTimeout, CancellationToken cancellation)
    {
        try
        {
            if (ProcessEnvironment.Read() is not { } self)
                return null;
            if (!ProcessGroup.Has(Backend.Gloo))
                throw new UsageException("libfacemix_torch was built without Gloo; install libgloo-dev and build again.");
            var timeout = Duration.Parse(joinTimeout);
            if (timeout < TimeSpan.FromSeconds(1))
                throw new UsageException("--join-timeout must be at least 1s.");
            return Team.Join(self, new DistributedOptions { JoinTimeout = timeout }, cancellation: cancellation);
        }
        catch (ProcessEnvironmentException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
