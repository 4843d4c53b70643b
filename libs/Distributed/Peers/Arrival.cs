using System.Diagnostics;
using FaceMix.Distributed.Rendezvous;

namespace FaceMix.Distributed.Peers;

/// <summary>Waits until every process of a group has come to its store.</summary>
internal static class Arrival
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(50);

    /// <returns>Who each rank is, by rank: machine and process.</returns>
    /// <exception cref="DistributedException">A rank came twice, or some did not come in time; the message names them.</exception>
    public static string[] WaitForAll(KeyStore store, ProcessEnvironment self, TimeSpan timeout, CancellationToken cancellation)
    {
        store.Set(PeerKeys.Who(self.Rank), $"{Environment.MachineName}, process {Environment.ProcessId}");
        if (store.Add(PeerKeys.Claims(self.Rank), 1) > 1)
            throw new DistributedException($"Two processes say that they are rank {self.Rank} of the group at {self.MasterAddress}:{self.MasterPort}.");
        var everyone = new string[self.WorldSize];
        var begun = Stopwatch.GetTimestamp();
        for (var rank = 0; rank < everyone.Length; rank++)
        {
            while (true)
            {
                if (store.TryGetText(PeerKeys.Who(rank)) is { } who)
                {
                    everyone[rank] = who;
                    break;
                }
                if (store.TryGetText(PeerKeys.Lost) is { } lost)
                    throw new PeerLostException($"Rank {lost} {store.TryGetText(PeerKeys.Fate(int.Parse(lost))) ?? "is gone"} before all had arrived.");
                if (Stopwatch.GetElapsedTime(begun) > timeout)
                    throw new DistributedException($"After {timeout.TotalSeconds:0} s {Missing(store, self)} of {self.WorldSize} had not arrived at {self.MasterAddress}:{self.MasterPort}.");
                cancellation.ThrowIfCancellationRequested();
                Thread.Sleep(s_lookEvery);
            }
        }
        return everyone;
    }

    private static string Missing(KeyStore store, ProcessEnvironment self)
    {
        const int most = 8;
        var missing = Enumerable.Range(0, self.WorldSize).Where(rank => !store.Has(PeerKeys.Who(rank))).ToList();
        var named = string.Join(", ", missing.Take(most));
        return missing.Count switch
        {
            1 => $"rank {named}",
            <= most => $"ranks {named}",
            _ => $"ranks {named} and {missing.Count - most} more",
        };
    }
}
