using System.Diagnostics;

namespace FaceMix.Benchmarks;

/// <summary>A program beside this one that answers each line of its input with one line. It ends with its input.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process _process;

    private Worker(string file, IEnumerable<string> arguments) =>
        _process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public int Id => _process.Id;

    public static Worker Start(string file, params IEnumerable<string> arguments) => new(file, arguments);

    /// <summary>This program again, with another verb.</summary>
    public static Worker OfThis(params IEnumerable<string> arguments) => new("dotnet", arguments.Prepend(typeof(Worker).Assembly.Location));

    /// <exception cref="InvalidOperationException">The program ended; what it said is on standard error.</exception>
    public async Task<string> ReadAsync() => await _process.StandardOutput.ReadLineAsync()
        ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} ended early; its message is above.");

    /// <inheritdoc cref="ReadAsync"/>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
