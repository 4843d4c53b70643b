namespace FaceMix.ModelStore;

/// <summary>A version on its way: fill <see cref="Folder"/>, then call <see cref="Publish"/>.</summary>
public sealed class ModelPublication : IDisposable
{
    private readonly string _modelFolder;
    private readonly string _lockPath;
    private FileStream? _held;

    internal ModelPublication(string modelFolder, string folder, string lockPath, FileStream held, ModelVersionId id)
    {
        _modelFolder = modelFolder;
        Folder = folder;
        _lockPath = lockPath;
        _held = held;
        Version = id;
    }

    /// <summary>Reserved: nobody else publishes under it.</summary>
    public ModelVersionId Version { get; }

    /// <summary>Absolute path of the temporary folder; files only, no folders, and no manifest.</summary>
    public string Folder { get; }

    /// <summary>Writes the manifest over the files that are in the folder now and makes the version visible.</summary>
    /// <exception cref="ModelStoreException">The folder is empty or holds something that a version cannot, or a field is not allowed.</exception>
    public ModelManifest Publish(ModelDescription description, DateTimeOffset? created = null)
    {
        ObjectDisposedException.ThrowIf(_held is null, this);
        var manifestPath = Path.Combine(Folder, ModelFiles.Manifest);
        var files = new SortedDictionary<string, ModelFile>(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(Folder).EnumerateFileSystemInfos())
        {
            if (entry is not FileInfo || entry.LinkTarget is not null || entry.Name == ModelFiles.Manifest)
                throw new ModelStoreException($"{entry.FullName}: a model version holds plain files, and the publisher writes its manifest.");
            files.Add(entry.Name, Durable.SyncAndDigest(entry.FullName));
        }
        var manifest = ModelManifest.Of(description, Version, created ?? DateTimeOffset.UtcNow, files);
        AtomicFile.Write(manifestPath, stream => stream.Write(ManifestFile.Write(manifestPath, manifest)));
        MakeVisible();
        return manifest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_held is null)
            return;
        using (ModelPublisher.Claim(_modelFolder))
        {
            if (Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
            Release();
        }
    }

    internal void PublishCopied(ModelManifest manifest)
    {
        foreach (var (name, expected) in manifest.Files)
        {
            var path = Path.Combine(Folder, name);
            if (Durable.SyncAndDigest(path) != expected)
                throw new ModelStoreException($"{path}: the copy differs from the manifest; the source changed or the disk is faulty.");
        }
        _ = Durable.SyncAndDigest(Path.Combine(Folder, ModelFiles.Manifest));
        MakeVisible();
    }

    private void MakeVisible()
    {
        Durable.SyncFolder(Folder);
        var target = Path.Combine(_modelFolder, Version.Version);
        using (ModelPublisher.Claim(_modelFolder))
        {
            // A rename onto a folder that is not empty fails, so nothing published is ever overwritten.
            if (Directory.Exists(target))
                throw new ModelStoreException($"{target}: {Version} is published already, and a version is never changed.");
            Directory.Move(Folder, target);
            Release();
        }
        Durable.SyncFolder(_modelFolder);
        Durable.SyncFolder(Path.GetDirectoryName(_modelFolder)!);
    }

    private void Release()
    {
        File.Delete(_lockPath);
        _held?.Dispose();
        _held = null;
    }
}
