using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using FaceMix.Distributed.Groups;
using FaceMix.Distributed.Peers;
using FaceMix.Distributed.Rendezvous;

namespace FaceMix.Distributed;

/// <summary>
/// This process among those that work on one task: their store, their group, and word of who is gone. One thread uses it.
/// </summary>
public sealed partial class Team : IDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(20);

    private readonly KeyStore _store;
    private readonly PeerWatch _watch;
    private int _waits;
    private bool _left;

    private Team(ProcessEnvironment self, KeyStore store, PeerWatch watch, ProcessGroup group) =>
        (Self, _store, _watch, Group) = (self, store, watch, group);

    public ProcessEnvironment Self { get; }

    public ProcessGroup Group { get; }

    public int Rank => Self.Rank;

    public int Size => Self.WorldSize;

    /// <summary>True in the one process that writes, publishes and reports.</summary>
    public bool IsFirst => Self.Rank == 0;

    /// <summary>Meets the other processes; returns when all are there and connected.</summary>
    /// <param name="self">This process.</param>
    /// <param name="options">Backend and timeouts.</param>
    /// <param name="abandon">Ends the process with a sentence when a peer is gone and a collective would not return; null: prints it and exits with 1.</param>
    /// <param name="cancellation">Ends the waiting for the others.</param>
    /// <exception cref="DistributedException">Someone did not come, with a sentence that says who.</exception>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public static Team Join(ProcessEnvironment self, DistributedOptions options, Action<string>? abandon = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(self);
        ArgumentNullException.ThrowIfNull(options);
        var prefix = PeerKeys.Prefix(self.Attempt);
        var store = self.Rank == 0 && !self.LauncherHoldsStore
            ? KeyStore.Serve(self.MasterAddress, self.MasterPort, prefix)
            : KeyStore.Connect(self.MasterAddress, self.MasterPort, prefix, options.JoinTimeout);
        PeerWatch? watch = null;
        try
        {
            var everyone = Arrival.WaitForAll(store, self, options.JoinTimeout, cancellation);
            watch = new PeerWatch(self, options, everyone, abandon ?? Abandon);
            var group = ProcessGroup.Open(store, self.Rank, self.WorldSize, options, AddressOf(self));
            return new Team(self, store, watch, group);
        }
        catch
        {
            watch?.Dispose();
            store.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs work that ends in an error when a peer is gone, and makes of that error a sentence that names the peer.
    /// </summary>
    /// <exception cref="PeerLostException">A peer is gone.</exception>
    public T Guard<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return work();
        }
        catch (Exception e) when (e is not PeerLostException && Group.HasFailed)
        {
            throw new PeerLostException(_watch.WaitForNews() ?? e.Message, e);
        }
    }

    /// <inheritdoc cref="Guard{T}"/>
    public void Guard(Action work) => Guard(() =>
    {
        work();
        return true;
    });

    /// <summary>Rank 0 works, however long it takes; the others wait for it.</summary>
    /// <exception cref="DistributedException">In the others: the work failed, or a peer is gone.</exception>
    public void OnFirst(Action work) => After($"first/{_waits++}", IsFirst, work);

    /// <summary>On each machine local rank 0 works first, then the others of the machine do the same; so a cache is filled once.</summary>
    public T LocalFirst<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T result = default!;
        After($"local/{Self.Machine}/{_waits++}", Self.LocalRank == 0, () => result = work());
        return Self.LocalRank == 0 ? result : work();
    }

    /// <summary>Hands rank 0's text to everyone.</summary>
    public string FromFirst(Func<string> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var key = $"text/{_waits}";
        OnFirst(() => _store.Set(key, text()));
        return _store.TryGetText(key)!;
    }

    /// <summary>Compares something that must be the same in every process, such as the number of faces.</summary>
    /// <exception cref="DistributedException">In the process that differs.</exception>
    public void Agree(string what, string value)
    {
        var first = FromFirst(() => value);
        if (first != value)
            throw new DistributedException($"The processes differ in {what}: rank 0 has {first}, rank {Rank} has {value}.");
    }

    /// <summary>Tells the others why this process ends early, so that they can say so.</summary>
    public void Fail(Exception reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        // Whoever ends because another did is not the cause.
        if (reason is PeerLostException || _left)
            return;
        try
        {
            PeerWatch.Report(_store, Rank, $"failed: {reason.Message.TrimEnd('.')}");
        }
        catch (DistributedException)
        {
            // The store is gone; the others know by that.
        }
    }

    /// <summary>Leaves; the process that holds the store waits a little until the others have left too.</summary>
    public void Dispose()
    {
        if (_left)
            return;
        _left = true;
        // First, because it waits for the peers, which may need the store for it.
        Group.Dispose();
        try
        {
            _store.Set(PeerKeys.Left(Rank), string.Empty);
            WaitUntilOthersLeft();
        }
        catch (DistributedException)
        {
            // Nobody is left to say good-bye to.
        }
        _watch.Dispose();
        _store.Dispose();
    }

    private void After(string key, bool mine, Action work)
    {
        if (mine)
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                Fail(e);
                throw;
            }
            _store.Set(key, string.Empty);
            return;
        }
        while (!_store.Has(key))
        {
            if (_watch.Lost is { } lost)
                throw new PeerLostException(lost);
            Thread.Sleep(s_lookEvery);
        }
    }

    private void WaitUntilOthersLeft()
    {
        if (!IsFirst || Self.LauncherHoldsStore)
            return;
        var begun = Stopwatch.GetTimestamp();
        for (var rank = 1; rank < Size; rank++)
        {
            while (!_store.Has(PeerKeys.Left(rank)) && !_store.Has(PeerKeys.Fate(rank)) && Stopwatch.GetElapsedTime(begun) < s_farewell)
                Thread.Sleep(s_lookEvery);
        }
    }

    // On one machine the tensors need not be seen on any network.
    private static string AddressOf(ProcessEnvironment self) =>
        self.MasterAddress == "localhost" || (IPAddress.TryParse(self.MasterAddress, out var address) && IPAddress.IsLoopback(address))
            ? "127.0.0.1"
            : string.Empty;

    private static void Abandon(string sentence)
    {
        Console.Error.WriteLine(sentence);
        Console.Error.Flush();
        // The main thread is inside libtorch, and an orderly end would wait for it.
        ExitNow(1);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
