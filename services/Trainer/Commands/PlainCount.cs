using System.Diagnostics;

namespace FaceMix.Trainer.Commands;

/// <summary>Says on standard error, every few seconds, how far a count has come.</summary>
/// <param name="what">What is counted, in the plural.</param>
internal sealed class PlainCount(string what) : IProgress<(int Done, int Total)>
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long _said = Stopwatch.GetTimestamp();

    public void Report((int Done, int Total) value)
    {
        lock (_gate)
        {
            if (Stopwatch.GetElapsedTime(_said) < s_every && value.Done < value.Total)
                return;
            _said = Stopwatch.GetTimestamp();
        }
        Console.Error.WriteLine($"{value.Done:N0} of {value.Total:N0} {what}");
    }
}
