using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FaceMix.Imaging;
using FaceMix.ModelStore;
using Microsoft.Win32.SafeHandles;

namespace FaceMix.Datasets.Photographs;

/// <summary>Decodes a folder's photographs into a pack, on every core, and finds the pack of an unchanged folder again.</summary>
internal static class PackWriter
{
    // Grows when the same files would give other pixels.
    private const string Recipe = "square centre, area, 1";

    /// <summary>The pack of these pictures: the one in the cache when no file has changed, otherwise a new one.</summary>
    /// <param name="folder">Where the pictures lie.</param>
    /// <param name="paths">Their paths below it, in order.</param>
    /// <param name="size">Width and height to bring them to.</param>
    /// <param name="cacheFolder">Where packs are kept.</param>
    /// <param name="progress">Hears how many are done, of how many.</param>
    /// <param name="cancellationToken">Stops, and leaves nothing behind.</param>
    /// <exception cref="DataException">The cache cannot be written, or has too little room.</exception>
    public static FacePack OpenOrWrite(string folder, IReadOnlyList<string> paths, int size, string cacheFolder, IProgress<(int Done, int Total)>? progress, CancellationToken cancellationToken)
    {
        var cached = Path.Combine(cacheFolder, $"{Fingerprint(folder, paths, size)[..32]}.pack");
        if (FacePack.TryOpen(cached) is { } pack)
            return pack;
        try
        {
            Directory.CreateDirectory(cacheFolder);
            CheckRoom(cacheFolder, paths.Count, size);
            // Several processes may prepare the same folder at once.
            AtomicFile.Write(
                cached, file => Write(file.SafeFileHandle, folder, paths, size, progress, cancellationToken), $"{cached}.{Environment.MachineName}-{Environment.ProcessId}.tmp");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The cache {cacheFolder} cannot be written: {failure.Message}", failure);
        }

        return FacePack.TryOpen(cached) ?? throw new DataException($"The cache file {cached} is not what was just written.");
    }

    private static void Write(SafeFileHandle file, string folder, IReadOnlyList<string> paths, int size, IProgress<(int Done, int Total)>? progress, CancellationToken cancellationToken)
    {
        var bytes = size * size * 3;
        var digests = new byte[paths.Count][];
        var problems = new string?[paths.Count];
        var done = 0;
        Parallel.For(
            0,
            paths.Count,
            new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            () => new byte[bytes],
            (slot, _, picture) =>
            {
                problems[slot] = Decode(Path.Combine(folder, paths[slot]), paths[slot], size, picture, out digests[slot]);
                if (problems[slot] is null)
                    RandomAccess.Write(file, picture, FacePack.HeaderBytes + (long)slot * bytes);
                var now = Interlocked.Increment(ref done);
                if (now % 64 == 0 || now == paths.Count)
                    progress?.Report((now, paths.Count));
                return picture;
            },
            static _ => { });

        var kept = Enumerable.Range(0, paths.Count).Where(slot => problems[slot] is null).ToArray();
        var index = new PackIndex(
            Digest(paths, digests),
            [.. kept.Select(slot => paths[slot])],
            kept,
            [.. Enumerable.Range(0, paths.Count).Where(slot => problems[slot] is not null).Select(slot => new SkippedFile(paths[slot], problems[slot]!))]);
        var json = JsonSerializer.SerializeToUtf8Bytes(index);
        var indexAt = FacePack.HeaderBytes + (long)paths.Count * bytes;
        RandomAccess.Write(file, json, indexAt);
        var header = new byte[FacePack.HeaderBytes];
        new PackHeader(size, paths.Count, indexAt, json.Length).Write(header);
        RandomAccess.Write(file, header, 0);
    }

    /// <summary>Null when the picture is in <paramref name="picture"/>, otherwise what is wrong with its file.</summary>
    private static string? Decode(string path, string name, int size, byte[] picture, out byte[] digest)
    {
        digest = [];
        try
        {
            var file = File.ReadAllBytes(path);
            digest = SHA256.HashData(file);
            ImageDecoder.Decode(file, name).SquareInto(size, picture);
            return null;
        }
        catch (Exception failure) when (failure is ImageException or IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private static string Digest(IReadOnlyList<string> paths, byte[][] digests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < paths.Count; i++)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(paths[i]));
            hash.AppendData([0]);
            hash.AppendData(digests[i]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Changes whenever a file is added, taken away, renamed or written: none is opened for it.</summary>
    private static string Fingerprint(string folder, IReadOnlyList<string> paths, int size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Recipe}\n{size}\n{Path.GetFullPath(folder)}\n"));
        foreach (var path in paths)
        {
            var file = new FileInfo(Path.Combine(folder, path));
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{(file.Exists ? file.Length : -1)}\n{file.LastWriteTimeUtc.Ticks}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void CheckRoom(string cacheFolder, int count, int size)
    {
        var needed = (long)count * size * size * 3;
        var free = new DriveInfo(Path.GetFullPath(cacheFolder)).AvailableFreeSpace;
        if (needed > free)
            throw new DataException($"{count} pictures of {size} pixels need {needed >> 20} MB in {cacheFolder}, where {free >> 20} MB are free. Train on fewer (a smaller folder) or at a smaller size.");
    }
}
