using System.Globalization;
using System.Text;

namespace FaceMix.ModelStore;

/// <summary>
/// Reads the models folder, MODELS/NAME/VERSION. Versions appear by a rename and are never changed afterwards,
/// so a folder that has a manifest is whole; a folder that does not exist holds no versions.
/// </summary>
/// <param name="models">The models folder; it need not exist yet.</param>
public sealed class ModelCatalog(string models)
{
    /// <summary>The models folder, absolute.</summary>
    public string Models { get; } = Path.GetFullPath(models);

    /// <summary>Whole versions, newest last.</summary>
    /// <param name="name">Only this model's versions; null for all models.</param>
    public IReadOnlyList<ModelVersionId> List(string? name = null)
    {
        var versions = new List<ModelVersionId>();
        foreach (var model in name is null ? FoldersIn(Models) : [name])
        {
            if (!ModelVersionId.IsPart(model))
                continue;
            foreach (var version in FoldersIn(Path.Combine(Models, model)))
            {
                if (ModelVersionId.IsVersion(version) && File.Exists(Path.Combine(Models, model, version, ModelFiles.Manifest)))
                    versions.Add(new ModelVersionId(model, version));
            }
        }
        versions.Sort();
        return versions;
    }

    /// <summary>The newest whole version, or null when there is none.</summary>
    public ModelVersionId? Newest(string? name = null) => List(name) is [.., var newest] ? newest : null;

    public bool Contains(ModelVersionId id) => File.Exists(Path.Combine(FolderOf(id), ModelFiles.Manifest));

    /// <summary>Absolute path of the version's folder, whether it exists or not.</summary>
    public string FolderOf(ModelVersionId id) => Path.Combine(Models, id.Name, id.Version);

    /// <summary>Absolute path of one file of a version.</summary>
    public string FileOf(ModelVersionId id, string file) => Path.Combine(FolderOf(id), file);

    /// <exception cref="ModelStoreException">The manifest cannot be read, or speaks of another version than its folder.</exception>
    public ModelManifest ReadManifest(ModelVersionId id) => ReadManifest(FolderOf(id), id);

    /// <summary>Reads the manifest and compares every file with its size and SHA-256.</summary>
    /// <exception cref="ModelStoreException">Anything is missing or different; the message names the file.</exception>
    public ModelManifest Verify(ModelVersionId id, CancellationToken cancellationToken = default) =>
        Verify(FolderOf(id), id, cancellationToken);

    internal static ModelManifest ReadManifest(string folder, ModelVersionId id)
    {
        var path = Path.Combine(folder, ModelFiles.Manifest);
        var manifest = ModelManifest.Read(path);
        if (manifest.Id != id)
            throw new ModelStoreException($"{path}: name and version say {manifest.Id}, but the folder is that of {id}.");
        return manifest;
    }

    internal static ModelManifest Verify(string folder, ModelVersionId id, CancellationToken cancellationToken)
    {
        var manifest = ReadManifest(folder, id);
        foreach (var (name, expected) in manifest.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, name);
            // The size first: it costs nothing and tells a cut-off file from a changed one.
            var info = new FileInfo(path);
            if (!info.Exists)
                throw new ModelStoreException($"{path}: the manifest lists this file, but it is missing.");
            if (info.Length != expected.Size)
                throw new ModelStoreException($"{path}: {info.Length} bytes, but the manifest says {expected.Size}.");
            if (DigestOf(path).Sha256 is var found && found != expected.Sha256)
                throw new ModelStoreException($"{path}: its SHA-256 is {found}, but the manifest says {expected.Sha256}.");
        }
        return manifest;
    }

    /// <summary>
    /// A text that changes when any file under a listed version changes its size or time, so that a
    /// version that was refused once (half copied by hand, say) is looked at again when it has been put right.
    /// </summary>
    internal string Fingerprint(ModelVersionId id)
    {
        try
        {
            var text = new StringBuilder();
            foreach (var file in new DirectoryInfo(FolderOf(id)).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks};");
            return text.ToString();
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private static ModelFile DigestOf(string path)
    {
        try
        {
            return Durable.Digest(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelStoreException($"{path}: it cannot be read: {e.Message}", e);
        }
    }

    // A folder may vanish between two looks (a model removed by hand); that is the same as empty.
    private static List<string> FoldersIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
