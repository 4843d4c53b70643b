using System.Runtime.InteropServices;
using FaceMix.Trainer.Training.Parallel;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training.Parallel;

/// <summary>This assembly's own program: one of the processes that the tests start. Each writes the numbers it found.</summary>
internal static class RankProgram
{
    private static readonly Dictionary<string, Func<ProcessGroup, string[], IEnumerable<double>>> s_works = new()
    {
        [nameof(ProcessGroupTests)] = ProcessGroupTests.Work,
        [nameof(GradientBucketsTests)] = GradientBucketsTests.Work,
        [nameof(SynchronisedNormTests)] = SynchronisedNormTests.Work,
        [nameof(DataParallelTests)] = DataParallelTests.Work,
    };

    public static int Main(string[] arguments)
    {
        set_num_threads(1);
        var group = ProcessGroup.Join();
        try
        {
            var numbers = s_works[arguments[0]](group, arguments[1..^1]).ToArray();
            File.WriteAllBytes($"{arguments[^1]}.{group.Rank}", MemoryMarshal.AsBytes<double>(numbers).ToArray());
            group.Dispose();
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            group.Abort(1);
            return 1;
        }
    }
}
