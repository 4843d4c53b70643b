namespace FaceMix.Trainer.Training;

/// <summary>Texts, replaced by a rename: who reads them sees the one before or this one, never half of it.</summary>
public static class WholeFile
{
    /// <exception cref="StorageException">The disk is full or read-only; the text before stays.</exception>
    public static void Write(string path, string text) => Storage.Guard(Path.GetFileName(path), path, () =>
    {
        var temporary = path + ".tmp";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }, text.Length);
}
