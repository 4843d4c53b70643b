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

    /// <summary>The command line as a person would repeat it.</summary>
    public static string CommandLine(IEnumerable<string> arguments) =>
        "./facemix " + string.Join(' ', arguments.Select(argument => argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument));
}
