using System.Text;

namespace FaceMix.Distributed.Rendezvous;

/// <summary>
/// Keys and values that all processes of a group see: c10d's TCPStore. One connection serves one thread at a time, and a
/// call waits for the answer.
/// </summary>
public sealed class KeyStore : IDisposable
{
    private nint _handle;

    private KeyStore(nint handle, int port) => (_handle, Port) = (handle, port);

    /// <summary>Where the store listens.</summary>
    public int Port { get; }

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(KeyStore));

    /// <summary>Holds a store in this process.</summary>
    /// <param name="host">A name or address of this machine.</param>
    /// <param name="port">0 takes a free one.</param>
    /// <param name="prefix">Goes before every key.</param>
    /// <exception cref="DistributedException">The port cannot be had.</exception>
    public static KeyStore Serve(string host, int port, string prefix) => Open(host, port, serves: true, TimeSpan.FromSeconds(30), prefix);

    /// <summary>Connects to a store; waits until one is there.</summary>
    /// <exception cref="DistributedException">None answered within the time.</exception>
    public static KeyStore Connect(string host, int port, string prefix, TimeSpan timeout) => Open(host, port, serves: false, timeout, prefix);

    public void Set(string key, string value) => Set(key, Encoding.UTF8.GetBytes(value));

    public unsafe void Set(string key, ReadOnlySpan<byte> value)
    {
        fixed (byte* data = value)
            Check(NativeDistributed.fm_store_set(Handle, key, data, value.Length));
    }

    /// <summary>The key's value, or null where nobody has set it.</summary>
    public byte[]? TryGet(string key) => Has(key) ? Get(key) : null;

    /// <summary>The same as text.</summary>
    public string? TryGetText(string key) => TryGet(key) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    public unsafe bool Has(string key)
    {
        int present;
        Check(NativeDistributed.fm_store_has(Handle, key, &present));
        return present != 0;
    }

    /// <summary>Adds to a counter, which begins at 0.</summary>
    /// <returns>The sum.</returns>
    public unsafe long Add(string key, long amount)
    {
        long sum;
        Check(NativeDistributed.fm_store_add(Handle, key, amount, &sum));
        return sum;
    }

    public void Dispose() => NativeDistributed.fm_store_delete(Interlocked.Exchange(ref _handle, 0));

    private unsafe byte[] Get(string key)
    {
        byte* data;
        long count;
        Check(NativeDistributed.fm_store_get(Handle, key, &data, &count));
        return new ReadOnlySpan<byte>(data, checked((int)count)).ToArray();
    }

    private static unsafe KeyStore Open(string host, int port, bool serves, TimeSpan timeout, string prefix)
    {
        nint handle;
        int bound;
        if (NativeDistributed.fm_store_open(host, port, serves ? 1 : 0, (long)timeout.TotalMilliseconds, prefix, &handle, &bound) == 0)
            return new KeyStore(handle, bound);
        var reason = NativeDistributed.LastError;
        throw new DistributedException(serves
            ? $"The store of the group cannot listen at {host}:{port}: {FirstLine(reason)}"
            : $"No store of the group answered at {host}:{port} within {timeout.TotalSeconds:0} s; does the process of rank 0 run there? ({FirstLine(reason)})");
    }

    private static void Check(int status)
    {
        if (status != 0)
            throw new DistributedException($"The store of the group does not answer: {FirstLine(NativeDistributed.LastError)}");
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();
}
