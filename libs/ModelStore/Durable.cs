using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FaceMix.ModelStore;

/// <summary>File work that must have reached the disk when it returns.</summary>
internal static partial class Durable
{
    private const int CopyBufferBytes = 1 << 20;

    /// <summary>Digest and size of a file's content, after the content is on disk.</summary>
    public static ModelFile SyncAndDigest(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, CopyBufferBytes);
        stream.Flush(flushToDisk: true);
        return new ModelFile(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }

    public static ModelFile Digest(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, CopyBufferBytes, FileOptions.SequentialScan);
        return new ModelFile(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }

    /// <summary>
    /// Makes a folder's own entries (new names, renames) survive a power cut. .NET opens no folders, so this asks the
    /// C library; where a file system cannot sync a folder (EINVAL on some network mounts) there is nothing to do.
    /// </summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        const int readOnly = 0;
        const int invalidArgument = 22;
        var descriptor = OpenFile(path, readOnly);
        if (descriptor < 0)
            throw new IOException($"{path}: the folder cannot be opened: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        try
        {
            if (SyncDescriptor(descriptor) != 0 && Marshal.GetLastPInvokeError() != invalidArgument)
                throw new IOException($"{path}: the folder cannot be synced: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
        finally
        {
            _ = CloseDescriptor(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);
}
