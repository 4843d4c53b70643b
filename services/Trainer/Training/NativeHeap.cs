using System.Runtime.InteropServices;

namespace FaceMix.Trainer.Training;

/// <summary>glibc's allocator, which libtorch takes its memory from.</summary>
public static partial class NativeHeap
{
    // From malloc.h.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    // The largest that glibc takes.
    private const int LargestMmapThreshold = 32 << 20;

    /// <summary>
    /// Keeps what a step frees for the next one. By default glibc gives it back to the system, which must clear every page again before
    /// the next step gets it. To be called first: the threads that are there keep the arenas they have.
    /// </summary>
    public static void KeepFreed()
    {
        if (mallopt(TrimThreshold, int.MaxValue) * mallopt(MmapThreshold, LargestMmapThreshold) * mallopt(ArenaMax, 1) == 0)
            throw new InvalidOperationException("glibc refused a setting of its allocator.");
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
