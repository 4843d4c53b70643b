using System.Diagnostics;
using FaceMix.Distributed.Rendezvous;

namespace FaceMix.Distributed.Peers;

/// <summary>
/// Says at intervals that this process lives, watches that the next rank does, and learns who is gone. A collective whose
/// peer died fails at once or, where a machine went dark, after minutes, and its message names a socket; this names a rank.
/// </summary>
internal sealed class PeerWatch : IDisposable
{
    private readonly ProcessEnvironment _self;
    private readonly DistributedOptions _options;
    private readonly string[] _everyone;
    private readonly Action<string> _abandon;
    private readonly KeyStore _store;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();
    private readonly ManualResetEventSlim _known = new();
    private string? _lost;
    private volatile bool _urgent;
    private int _watched;
    private long _lastBeat;
    private long _lastChange = Stopwatch.GetTimestamp();

    /// <param name="self">This process.</param>
    /// <param name="options">Intervals.</param>
    /// <param name="everyone">Who each rank is.</param>
    /// <param name="abandon">Ends this process, which is stuck in a collective, with a sentence.</param>
    public PeerWatch(ProcessEnvironment self, DistributedOptions options, string[] everyone, Action<string> abandon)
    {
        (_self, _options, _everyone, _abandon) = (self, options, everyone, abandon);
        // A connection of its own: another thread's call may wait long for its answer.
        _store = KeyStore.Connect(self.MasterAddress, self.MasterPort, PeerKeys.Prefix(self.Attempt), options.JoinTimeout);
        _watched = Next(self.Rank);
        _thread = new Thread(Run) { IsBackground = true, Name = "peer watch" };
        _thread.Start();
    }

    /// <summary>The sentence about the process that is gone, or null.</summary>
    public string? Lost => Volatile.Read(ref _lost);

    /// <summary>Waits for news after a collective has failed.</summary>
    /// <returns>The sentence about the process that is gone, or null where all seem to live.</returns>
    public string? WaitForNews()
    {
        _urgent = true;
        _known.Wait(_options.PeerPatience + (4 * _options.Heartbeat));
        return Lost;
    }

    public void Dispose()
    {
        _stop.Set();
        // The thread may hang on a store that has gone dark.
        if (!_thread.Join(TimeSpan.FromSeconds(5)))
            return;
        _store.Dispose();
        _stop.Dispose();
        _known.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stop.Wait(_options.Heartbeat))
            {
                _store.Add(PeerKeys.Beat(_self.Rank), 1);
                LookAfterNext();
                if (_store.TryGetText(PeerKeys.Lost) is not { } lost)
                    continue;
                var rank = int.Parse(lost);
                Tell($"Rank {rank} ({_everyone[rank]}) {_store.TryGetText(PeerKeys.Fate(rank)) ?? "is gone"}.");
                return;
            }
        }
        catch (DistributedException)
        {
            Tell(_self.LauncherHoldsStore
                ? $"The launcher at {_self.MasterAddress}:{_self.MasterPort}, which held the group's store, is gone."
                : $"Rank 0 ({_everyone[0]}), which held the group's store, is gone.");
        }
    }

    private void LookAfterNext()
    {
        if (_watched == _self.Rank)
            return;
        var beat = _store.Add(PeerKeys.Beat(_watched), 0);
        if (beat != _lastBeat)
            (_lastBeat, _lastChange) = (beat, Stopwatch.GetTimestamp());
        else if (_store.Has(PeerKeys.Left(_watched)))
            (_watched, _lastBeat, _lastChange) = (Next(_watched), -1, Stopwatch.GetTimestamp());
        else if (Stopwatch.GetElapsedTime(_lastChange) is var silence && silence > Patience && !_store.Has(PeerKeys.Lost))
            Report(_store, _watched, $"has not answered for {silence.TotalSeconds:0} s");
    }

    // A broken connection says already that someone is gone; it is only unknown who.
    private TimeSpan Patience => _urgent && 8 * _options.Heartbeat < _options.PeerPatience ? 8 * _options.Heartbeat : _options.PeerPatience;

    /// <summary>Tells everyone that a rank is lost. The first report counts.</summary>
    public static void Report(KeyStore store, int rank, string fate)
    {
        if (store.Has(PeerKeys.Lost))
            return;
        store.Set(PeerKeys.Fate(rank), fate);
        store.Set(PeerKeys.Lost, $"{rank}");
    }

    private void Tell(string sentence)
    {
        if (_stop.IsSet)
            return;
        Volatile.Write(ref _lost, sentence);
        _known.Set();
        if (!_stop.Wait(_options.Grace))
            _abandon(sentence);
    }

    private int Next(int rank) => (rank + 1) % _self.WorldSize;
}
