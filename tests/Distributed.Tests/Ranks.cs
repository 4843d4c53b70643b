using FaceMix.Distributed;
using FaceMix.Distributed.Rendezvous;

namespace FaceMix.Tests.Distributed;

/// <summary>Processes of a group, each as a thread of this one, meeting in a store on a free port.</summary>
internal static class Ranks
{
    public static readonly DistributedOptions Options = new()
    {
        JoinTimeout = TimeSpan.FromSeconds(60),
        CollectiveTimeout = TimeSpan.FromSeconds(60),
        Heartbeat = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Runs one function as every rank and gives the results by rank.</summary>
    public static T[] Run<T>(int size, Func<Team, T> function)
    {
        using var store = KeyStore.Serve("127.0.0.1", 0, "test");
        var results = new T[size];
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                using var team = Team.Join(Environment(rank, size, store.Port), Options);
                results[rank] = function(team);
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return failures.Count == 0 ? results : throw new AggregateException(failures);
    }

    public static ProcessEnvironment Environment(int rank, int size, int port) => new(rank, rank, size, "127.0.0.1", port) { LauncherHoldsStore = true };
}
