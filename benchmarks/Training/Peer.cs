using System.Diagnostics;
using System.Globalization;

namespace FaceMix.Benchmarks.Training;

/// <summary>One of the two that take turns: a process that trains as many steps as it is told.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    public Peer(string file, IEnumerable<string> arguments, int threads)
    {
        var info = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        info.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        info.Environment["OPENBLAS_NUM_THREADS"] = info.Environment["OMP_NUM_THREADS"];
        // Threads that wait for work would otherwise spin in the other one's turn.
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

    /// <summary>Whether it can do what it was asked for; one that cannot says why on its standard error and ends.</summary>
    public bool Works
    {
        get
        {
            try
            {
                Train(1);
                return true;
            }
            catch (Exception) when (_process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                return false;
            }
        }
    }

    /// <returns>Seconds a step.</returns>
    /// <exception cref="InvalidOperationException">The process ended, or its loss is not a number.</exception>
    public double Train(int steps) => Answer(steps).Seconds / steps;

    /// <returns>The last step's loss.</returns>
    /// <exception cref="InvalidOperationException">The process ended, or its loss is not a number.</exception>
    public double LossAfter(int steps) => Answer(steps).Loss;

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

    private (double Seconds, double Loss) Answer(int steps)
    {
        var answer = Ask(steps.ToString(CultureInfo.InvariantCulture)).Split(' ');
        var loss = double.Parse(answer[1], CultureInfo.InvariantCulture);
        return double.IsFinite(loss)
            ? (double.Parse(answer[0], CultureInfo.InvariantCulture), loss)
            : throw new InvalidOperationException($"The loss is {answer[1]}.");
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
