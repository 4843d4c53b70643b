using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FaceMix.Tests.Hostile;

/// <summary>Many cases by chance, of one seed, with a time limit for each and a look at the memory.</summary>
internal static class HostileRun
{
    // An idle thread of the pool leaves after 20 s.
    private const int Looks = 45;
    private static readonly TimeSpan CaseLimit = TimeSpan.FromSeconds(20);

    /// <summary>FACEMIX_HOSTILE_CASES; 2000 unless it is set.</summary>
    public static int Cases => int.Parse(Environment.GetEnvironmentVariable("FACEMIX_HOSTILE_CASES") ?? "2000", CultureInfo.InvariantCulture);

    /// <summary>FACEMIX_HOSTILE_SEED; always the same unless it is set.</summary>
    public static int Seed => int.Parse(Environment.GetEnvironmentVariable("FACEMIX_HOSTILE_SEED") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>FACEMIX_HOSTILE_ONLY: a regular expression; the cases whose names match it, after a warm-up of all kinds. All unless it is set.</summary>
    private static Regex Only { get; } = new(Environment.GetEnvironmentVariable("FACEMIX_HOSTILE_ONLY") ?? "");

    /// <summary>Runs the cases; case i depends on the seed and i alone.</summary>
    /// <returns>What went otherwise than the protocol prescribes, one line for each case.</returns>
    public static async Task<List<string>> RunAsync<TPeer>(int first, int count, Func<Random, Case<TPeer>> make, TPeer peer, Action<string>? tally = null)
    {
        var failures = new List<string>();
        for (var i = first; i < first + count; i++)
        {
            var each = make(new Random(unchecked((Seed * 1_000_003) + i)));
            if (i >= 0 && !Only.IsMatch(each.Name))
                continue;
            using var limit = new CancellationTokenSource(CaseLimit);
            string end;
            try
            {
                end = await each.RunAsync(peer, limit.Token);
            }
            catch (Exception error)
            {
                end = limit.IsCancellationRequested ? "no end" : error.ToString();
            }
            tally?.Invoke(end);
            if (!each.Allowed.Contains(end))
                failures.Add($"case {i}, {each.Name}: {end} instead of {string.Join(" or ", each.Allowed)}");
        }
        return failures;
    }

    /// <summary>In bytes, once everything has been given back that can be.</summary>
    /// <param name="enough">Looks no further when it is at most this.</param>
    public static async Task<long> WorkingSetAsync(double enough = 0)
    {
        var least = long.MaxValue;
        // Connections that were left take a moment to be noticed, and pools some seconds to shrink.
        for (var i = 0; i == 0 || (i < Looks && least > enough); i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            least = Math.Min(least, process.WorkingSet64);
        }
        return least;
    }
}
