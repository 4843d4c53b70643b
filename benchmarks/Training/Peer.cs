using System.Diagnostics;
using System.Globalization;

namespace FaceMix.Benchmarks.Training;

/// <summary>One of those that take turns: a process that trains as many steps as it is told.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    public Peer(string file, IEnumerable<string> arguments, int threads)
    {
        var info = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        info.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        info.Environment["OPENBLAS_NUM_THREADS"] = info.Environment["OMP_NUM_THREADS"];
        // Threads that wait for work would otherwise spin in another's turn.
        info.Environment["OMP_WAIT_POLICY"] = "passive";
        // As ./facemix starts the Trainer; Python gets the same.
        info.Environment["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1";
        _process = Process.Start(info)!;
    }

    /// <summary>This program again, as a worker: by <c>dotnet</c>, or by itself where it was published with all it needs.</summary>
    public static Peer OfThis(IEnumerable<string> arguments, int threads)
    {
        var program = Environment.ProcessPath!;
        return new(program, Path.GetFileNameWithoutExtension(program) == "dotnet" ? arguments.Prepend(typeof(Peer).Assembly.Location) : arguments, threads);
    }

    /// <returns>Seconds a step, by the clock and of processor time.</returns>
    /// <exception cref="InvalidOperationException">The process ended, or its loss is not a number.</exception>
    public (double Clock, double Processor) Train(int steps)
    {
        var before = Machine.ProcessorTime(_process.Id);
        var answer = Ask(steps.ToString(CultureInfo.InvariantCulture)).Split(' ');
        var used = Machine.ProcessorTime(_process.Id) - before;
        return double.IsFinite(double.Parse(answer[1], CultureInfo.InvariantCulture))
            ? (double.Parse(answer[0], CultureInfo.InvariantCulture) / steps, used.TotalSeconds / steps)
            : throw new InvalidOperationException($"The loss is {answer[1]}.");
    }

    /// <returns>The largest resident memory in bytes; the process is over then.</returns>
    public long End()
    {
        _process.StandardInput.Close();
        return long.Parse(Read(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return Read();
    }

    private string Read() => _process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} ended early; see above.");
}
