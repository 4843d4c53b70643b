using System.Runtime.InteropServices;

namespace FaceMix.Trainer;

/// <summary>Signals to processes that this one has started.</summary>
internal static partial class Signals
{
    public const int Terminate = 15;

    public const int User1 = 10;

    /// <returns>0, or -1 where there is no such process.</returns>
    public static int Send(int process, int signal) => Kill(process, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
