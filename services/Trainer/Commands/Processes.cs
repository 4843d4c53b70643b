using System.CommandLine;
using System.Reflection;
using FaceMix.Distributed;
using FaceMix.Distributed.Groups;
using FaceMix.Distributed.Launching;
using FaceMix.Distributed.Rendezvous;
using FaceMix.Trainer.Training;
using static TorchSharp.torch;

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

    /// <summary>The device of one of the processes that train together.</summary>
    /// <exception cref="UsageException">There is no such device.</exception>
    public static Device DeviceOf(ProcessEnvironment self, string wish) => Devices.Choose(wish, self.WorldSize > 1 ? self.LocalRank : null);

    /// <summary>Meets the processes of the group that the environment describes, by NCCL where they compute on GPUs; null where this one is alone.</summary>
    /// <param name="joinTimeout">How long to wait for them.</param>
    /// <param name="device">The device that is wished for, as <see cref="Devices.Choose(string, int?)"/> takes it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="UsageException">The environment is incomplete or contradicts itself, or there is no such device.</exception>
    /// <exception cref="DistributedException">Someone did not arrive.</exception>
    public static Team? Join(string joinTimeout, string device, CancellationToken cancellation)
    {
        try
        {
            if (ProcessEnvironment.Read() is not { } self)
                return null;
            var backend = Devices.IsGpu(DeviceOf(self, device)) ? Backend.Nccl : Backend.Gloo;
            if (!ProcessGroup.Has(backend))
            {
                throw new UsageException(backend == Backend.Gloo
                    ? "libfacemix_torch was built without Gloo; install libgloo-dev and build again."
                    : "libfacemix_torch was built without NCCL, by which GPUs train together; build it where nccl.h lies beside libtorch, or say --device cpu.");
            }
            var timeout = Duration.Parse(joinTimeout);
            if (timeout < TimeSpan.FromSeconds(1))
                throw new UsageException("--join-timeout must be at least 1s.");
            return Team.Join(self, new DistributedOptions { JoinTimeout = timeout, Backend = backend }, cancellation: cancellation);
        }
        catch (ProcessEnvironmentException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
