using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FaceMix.Torch;

/// <summary>
/// Finds tensors that escape: no scope owns them, nobody disposes them, and the garbage collector has to end them, which does
/// not know how much memory hangs on a tensor and so comes late. A debug build watches from the start and says at the
/// process's end what it found; another build watches when it is asked to. FaceMix's own: a caller compiles this in only
/// where COMPAT_PACKAGES is set.
/// </summary>
public static class Escapes
{
    private const int MaxOrigins = 10_000;
    private const int ReportedSites = 10;
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, long> Found = [];
    private static int origins;
    private static bool watching;
    private static bool announced;

    static Escapes()
    {
#if DEBUG
        Watching = true;
#endif
    }

    /// <summary>Whether places are noted from now on: tens of microseconds for each tensor without a scope.</summary>
    public static bool Watching
    {
        get => watching;
        set
        {
            watching = value;
            if (!value || announced) return;
            announced = true;
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
            {
                if (Count > 0) Console.Error.WriteLine(Report());
            };
        }
    }

    /// <summary>Tensors that the garbage collector ended since the last <see cref="Reset"/>.</summary>
    public static long Count
    {
        get
        {
            lock (Gate) return Found.Values.Sum();
        }
    }

    /// <summary>How many, and the places where most of them were made or left their scope.</summary>
    public static string Report()
    {
        lock (Gate)
        {
            var most = Found.OrderByDescending(place => place.Value).ThenBy(place => place.Key, StringComparer.Ordinal).Take(ReportedSites);
            return $"{Found.Values.Sum()} tensors were left to the garbage collector:{string.Concat(most.Select(place => $"\n  {place.Value} × {place.Key}"))}";
        }
    }

    public static void Reset()
    {
        lock (Gate) Found.Clear();
        Interlocked.Exchange(ref origins, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static StackTrace? Here() => Interlocked.Increment(ref origins) <= MaxOrigins ? new StackTrace(1, fNeedFileInfo: true) : null;

    internal static void Add(StackTrace? origin)
    {
        var place = origin is null ? "a place that was not noted" : Describe(origin);
        lock (Gate) Found[place] = Found.GetValueOrDefault(place) + 1;
    }

    // The caller's own methods, not this library's.
    private static string Describe(StackTrace origin)
    {
        var frames = origin.GetFrames().SkipWhile(frame => frame.GetMethod()?.DeclaringType?.Assembly == typeof(Escapes).Assembly).Take(2);
        return string.Join(" < ", frames.Select(frame =>
        {
            var method = frame.GetMethod();
            var file = frame.GetFileName();
            return $"{method?.DeclaringType?.Name}.{method?.Name}{(file is null ? "" : $" ({Path.GetFileName(file)}:{frame.GetFileLineNumber()})")}";
        }));
    }
}
