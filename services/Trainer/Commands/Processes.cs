using System.CommandLine;
using System.Reflection;
using FaceMix.Trainer.Training.Parallel;

namespace FaceMix.Trainer.Commands;

/// <summary>Training in several processes: those that this one starts by <c>mpirun</c>, or those that <c>mpirun</c> has started.</summary>
internal static class Processes
{
    public static Option<int> PerNode() => new("--nproc-per-node")
    {
        Description = "Trains in so many processes on each machine, each with a share of every batch; 0: in this one. Needs Open MPI (openmpi-bin)",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    public static Option<string?> Hosts() => new("--host")
    {
        Description = "Machines to train on, reached by ssh; FaceMix and the data lie at the same place on each. Without it: this machine",
        HelpName = "HOST[,HOST...]",
    };

    /// <summary>Runs this program's command line in several processes; null where that was not asked for, or where this is one of them.</summary>
    /// <param name="perNode">Processes on each machine; 0: this one alone.</param>
    /// <param name="hosts">The machines; null: this one.</param>
    /// <param name="advice">Says how to go on after a process was killed.</param>
    /// <exception cref="UsageException">A number is out of its range, or Open MPI is not installed.</exception>
    public static int? Launch(int perNode, string? hosts, Func<string> advice)
    {
        if (ProcessGroup.IsOneOfSeveral)
            return null;
        if (perNode is < 0 or > MpirunLaunch.MaxPerNode)
            throw new UsageException($"--nproc-per-node is {perNode}; it must be 0 to {MpirunLaunch.MaxPerNode}.");
        if (hosts is not null && perNode == 0)
            throw new UsageException("--host needs --nproc-per-node: how many processes each machine is to have.");
        if (perNode == 0 || (perNode == 1 && hosts is null && !MpirunLaunch.HasHostfile))
            return null;
        var launch = new MpirunLaunch(perNode, hosts, [.. Program(), .. Environment.GetCommandLineArgs()[1..]], Console.Error);
        var code = launch.Run();
        if (code != 0 && !launch.WasStopped && launch.Fate is { } fate)
            Console.Error.WriteLine($"{fate}; the other processes were ended with it. {advice()}");
        return code;
    }

    /// <summary>What starts this program: dotnet with its assembly, or an executable of its own.</summary>
    public static string[] Program()
    {
        var program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Assembly.GetEntryAssembly()!.Location] : [program];
    }
}

/// <summary>Of the processes that train together rank 0 speaks; the lines of the others say whose they are.</summary>
/// <param name="rank">Not 0.</param>
/// <param name="inner">Takes them.</param>
internal sealed class RankWriter(int rank, TextWriter inner) : TextWriter
{
    public override System.Text.Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value);

    public override void WriteLine(string? value) => inner.WriteLine($"[rank {rank}] {value}");

    public override void Flush() => inner.Flush();
}
