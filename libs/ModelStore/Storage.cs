using System.Globalization;

namespace FaceMix.ModelStore;

/// <summary>A file cannot be written. The message names what, where and why; it is a clause without a full stop, to which callers append advice.</summary>
public sealed class StorageException(string message, Exception inner) : IOException(message, inner);

/// <summary>Turns the operating system's errors of a full or read-only disk into a message for the person who waits for the file.</summary>
public static class Storage
{
    // Linux' numbers, which .NET hands on as they are.
    private const int Denied = 13;
    private const int TooLarge = 27;
    private const int Full = 28;
    private const int ReadOnly = 30;
    private const int OverQuota = 122;

    // What .NET itself says when room for a whole file is asked for in advance.
    private const int NoRoomAhead = unchecked((int)0x80070070);
    private const int TooLargeAhead = unchecked((int)0x800700DF);

    /// <param name="what">What is written, as a sentence's subject: <c>The checkpoint</c>.</param>
    /// <param name="path">Where to.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="bytes">How much room it needs at least; null: not known.</param>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public static void Guard(string what, string path, Action write, long? bytes = null) => Guard(what, path, () =>
    {
        write();
        return true;
    }, bytes);

    /// <inheritdoc cref="Guard(string, string, Action, long?)"/>
    public static T Guard<T>(string what, string path, Func<T> write, long? bytes = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            return write();
        }
        catch (Exception e) when ((e is (IOException or UnauthorizedAccessException) and not StorageException) || IsTooLong(e))
        {
            throw new StorageException($"{what} cannot be written to {path}: {Reason(e, path, bytes)}", e);
        }
    }

    /// <summary>Why a write failed, without a full stop.</summary>
    public static string Reason(Exception failure, string path, long? bytes)
    {
        var needed = bytes is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:N0} bytes are needed and ") : string.Empty;
        return failure switch
        {
            { HResult: Full or OverQuota or NoRoomAhead } => $"the disk is full ({needed}{Free(path)} are free)",
            { HResult: TooLarge or TooLargeAhead } or ArgumentOutOfRangeException => $"files may not grow so large there ({needed}{Free(path)} are free)",
            { HResult: ReadOnly } => "the disk is read-only",
            UnauthorizedAccessException or { HResult: Denied } => "access is denied",
            _ => failure.Message.TrimEnd('.'),
        };
    }

    // A file beyond what its file system or the process's limit allows (EFBIG) is an argument's fault to .NET.
    private static bool IsTooLong(Exception failure) => failure is ArgumentOutOfRangeException && failure.TargetSite?.DeclaringType == typeof(RandomAccess);

    private static string Free(string path)
    {
        try
        {
            var folder = Path.GetFullPath(path);
            while (!Directory.Exists(folder))
                folder = Path.GetDirectoryName(folder)!;
            return string.Create(CultureInfo.InvariantCulture, $"{new DriveInfo(folder).AvailableFreeSpace:N0}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "an unknown number";
        }
    }
}
