namespace FaceMix.ModelStore;

/// <summary>
/// Replaces files whole: a reader sees the old content or the new, never half of it, and the new content is on disk when
/// the call returns.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes a temporary file beside the target, syncs it and renames it over the target.</summary>
    /// <param name="path">The file to write or replace; its folder exists.</param>
    /// <param name="write">Fills the temporary file from its start.</param>
    /// <param name="temporary">
    /// In the same folder; by default <paramref name="path"/> with <c>.tmp</c> behind it, which the next call overwrites if this
    /// process is killed. Give a name of its own where several processes may write the same file at once.
    /// </param>
    /// <param name="sync">False: a power cut may lose the newest content. For many small files that can be made again.</param>
    /// <exception cref="IOException">The file cannot be written; the old content stays and the temporary file is removed.</exception>
    public static void Write(string path, Action<FileStream> write, string? temporary = null, bool sync = true)
    {
        ArgumentNullException.ThrowIfNull(write);
        temporary ??= path + ".tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: sync);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            // A full disk has better uses than half a file.
            File.Delete(temporary);
            throw;
        }
        if (sync)
            Durable.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Writes UTF-8 text without a byte-order mark.</summary>
    /// <exception cref="StorageException">The disk is full or read-only; the old text stays.</exception>
    public static void WriteText(string path, string text) => Storage.Guard(Path.GetFileName(path), path, () => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    }), text.Length);
}
