using FaceMix.ModelStore;

namespace FaceMix.Trainer.Commands;

internal static class ModelLookup
{
    /// <summary>Finds a published version and checks its files' digests.</summary>
    /// <param name="models">The models folder.</param>
    /// <param name="wanted">NAME@VERSION, NAME, or empty.</param>
    /// <exception cref="UsageException">There is no such version.</exception>
    public static (ModelManifest Manifest, string Folder) Find(string models, string wanted)
    {
        var catalog = new ModelCatalog(models);
        ModelVersionId? id = wanted.Length == 0 ? catalog.Newest()
            : ModelVersionId.TryParse(wanted, out var exact) ? (catalog.Contains(exact) ? exact : null)
            : catalog.Newest(wanted);
        if (id is not { } found)
            throw new UsageException($"{catalog.Models} holds no model{(wanted.Length == 0 ? string.Empty : $" {wanted}")}; train or publish one first.");
        return (catalog.Verify(found), catalog.FolderOf(found));
    }
}
