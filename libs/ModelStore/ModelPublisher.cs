using System.Diagnostics;
using System.Globalization;

namespace FaceMix.ModelStore;

/// <summary>
/// Adds versions to a models folder so that a reader sees a whole version or none: a version is filled as
/// <c>MODELS/NAME/.tmp-VERSION</c>, synced, then renamed. While it is filled, its publisher holds an operating-system
/// lock on <c>.tmp-VERSION.lock</c>; the kernel drops the lock of a process that died, and the next publisher
/// sweeps what it left.
/// </summary>
/// <param name="models">The models folder; made if it does not exist.</param>
/// <param name="time">Gives versions their names; the system's clock by default.</param>
public sealed class ModelPublisher(string models, TimeProvider? time = null)
{
    private const string TemporaryPrefix = ".tmp-";
    private const string LockSuffix = ".lock";
    private const int MaxSuffix = 9;
    private static readonly TimeSpan MaxLockWait = TimeSpan.FromSeconds(30);

    private readonly string _models = Path.GetFullPath(models);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>
    /// Opens an empty temporary folder for a new version. Dispose the result; unless it was published, that removes the folder.
    /// </summary>
    /// <param name="name">The model's name.</param>
    /// <param name="version">Null names it by the present UTC time, <c>yyyyMMdd-HHmmss</c>, with <c>-2</c> … <c>-9</c> if that is taken.</param>
    /// <exception cref="ModelStoreException">A name is not allowed, or the version given exists or is being published.</exception>
    public ModelPublication Begin(string name, string? version = null)
    {
        ModelVersionId.CheckName(name);
        var folder = Path.Combine(_models, name);
        Directory.CreateDirectory(folder);
        using var claim = Claim(folder);
        Sweep(folder);
        if (version is not null)
        {
            var id = new ModelVersionId(name, version);
            if (Directory.Exists(Path.Combine(folder, version)))
                throw new ModelStoreException($"{Path.Combine(folder, version)}: {id} is published already, and a version is never changed.");
            return TryReserve(folder, id)
                ?? throw new ModelStoreException($"{folder}: {id} is being published by another process; wait for it.");
        }
        for (var moment = _time.GetUtcNow(); ; moment += TimeSpan.FromSeconds(1))
        {
            var stem = moment.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
            for (var suffix = 1; suffix <= MaxSuffix; suffix++)
            {
                var id = new ModelVersionId(name, suffix == 1 ? stem : $"{stem}-{suffix}");
                if (!Directory.Exists(Path.Combine(folder, id.Version)) && TryReserve(folder, id) is { } publication)
                    return publication;
            }
        }
    }

    /// <summary>Publishes a copy of a whole version folder, such as the kept model of the repository, under its own name and version.</summary>
    /// <returns>The version, and whether it was copied; false: it was there already, with the same digests.</returns>
    /// <exception cref="ModelStoreException">The source is not whole, or another version of that name is in its place.</exception>
    public (ModelVersionId Version, bool Copied) PublishCopy(string sourceFolder, CancellationToken cancellationToken = default)
    {
        var source = Path.GetFullPath(sourceFolder);
        var id = ModelManifest.Read(Path.Combine(source, ModelFiles.Manifest)).Id;
        var manifest = ModelCatalog.Verify(source, id, cancellationToken);
        var catalog = new ModelCatalog(_models);
        if (catalog.Contains(id))
        {
            var present = catalog.Verify(id, cancellationToken);
            var same = present.Files.Count == manifest.Files.Count
                && present.Files.All(file => manifest.Files.TryGetValue(file.Key, out var other) && other == file.Value);
            return same ? (id, false) : throw new ModelStoreException($"{catalog.FolderOf(id)}: {id} is published already with other files than {source}.");
        }
        using var publication = Begin(id.Name, id.Version);
        foreach (var file in manifest.Files.Keys.Append(ModelFiles.Manifest))
        {
            cancellationToken.ThrowIfCancellationRequested();
            File.Copy(Path.Combine(source, file), Path.Combine(publication.Folder, file));
        }
        publication.PublishCopied(manifest);
        return (id, true);
    }

    /// <summary>Removes what publishers that died left behind, for all models.</summary>
    /// <returns>How many temporaries were removed.</returns>
    public int Sweep()
    {
        if (!Directory.Exists(_models))
            return 0;
        var swept = 0;
        foreach (var folder in Directory.EnumerateDirectories(_models))
        {
            if (!ModelVersionId.IsPart(Path.GetFileName(folder)))
                continue;
            using var claim = Claim(folder);
            swept += Sweep(folder);
        }
        return swept;
    }

    // One publisher at a time looks at or changes a model's temporaries; held for moments only.
    internal static FileStream Claim(string folder)
    {
        var path = Path.Combine(folder, ".lock");
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (File.Exists(path))
            {
                if (Stopwatch.GetElapsedTime(started) > MaxLockWait)
                    throw new ModelStoreException($"{path}: another process has held this lock for {MaxLockWait.TotalSeconds:0} s.", e);
                Thread.Sleep(5);
            }
        }
    }

    // Called while the claim is held.
    private static ModelPublication? TryReserve(string folder, ModelVersionId id)
    {
        var temporary = Path.Combine(folder, TemporaryPrefix + id.Version);
        var lockPath = temporary + LockSuffix;
        if (File.Exists(lockPath))
            return null;
        var held = new FileStream(lockPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Directory.CreateDirectory(temporary);
        return new ModelPublication(folder, temporary, lockPath, held, id);
    }

    // Called while the claim is held. The folder goes before its lock file, so that a sweep that dies is finished by the next.
    private static int Sweep(string folder)
    {
        var swept = 0;
        foreach (var path in Directory.EnumerateFiles(folder, TemporaryPrefix + "*" + LockSuffix).ToList())
        {
            try
            {
                using var owned = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                var temporary = path[..^LockSuffix.Length];
                if (Directory.Exists(temporary))
                    Directory.Delete(temporary, recursive: true);
                File.Delete(path);
                swept++;
            }
            catch (IOException)
            {
                // Its publisher lives.
            }
        }
        return swept;
    }
}
