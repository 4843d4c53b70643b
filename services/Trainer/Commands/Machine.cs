namespace FaceMix.Trainer.Commands;

internal static class Machine
{
    /// <summary>Bounds libtorch's own threads; the loader's are beside it.</summary>
    /// <exception cref="UsageException">The number is out of its range.</exception>
    public static void UseThreads(int threads)
    {
        if (threads < 1 || threads > 256)
            throw new UsageException($"--threads is {threads}; it must be 1 to 256.");
        TorchSharp.torch.set_num_threads(threads);
    }

    /// <summary>The command line as a person would repeat it elsewhere: where this machine keeps its models and its store is left out.</summary>
    public static string CommandLine(IReadOnlyList<string> arguments)
    {
        var words = new List<string> { "./facemix" };
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is "--models" or "--store")
                i++;
            else
                words.Add(arguments[i].Contains(' ', StringComparison.Ordinal) ? $"'{arguments[i]}'" : arguments[i]);
        }
        return string.Join(' ', words);
    }
}
