namespace FaceMix.Distributed.Peers;

/// <summary>The keys by which processes tell each other how they are.</summary>
internal static class PeerKeys
{
    /// <summary>The first rank that is known to have failed.</summary>
    public const string Lost = "lost";

    /// <summary>How many processes claimed a rank.</summary>
    public static string Claims(int rank) => $"claims/{rank}";

    /// <summary>Machine and process of a rank that has arrived.</summary>
    public static string Who(int rank) => $"who/{rank}";

    /// <summary>A counter that grows while the rank lives.</summary>
    public static string Beat(int rank) => $"beat/{rank}";

    /// <summary>Set when the rank has ended as it should.</summary>
    public static string Left(int rank) => $"left/{rank}";

    /// <summary>How the rank ended that <see cref="Lost"/> names.</summary>
    public static string Fate(int rank) => $"fate/{rank}";

    /// <summary>All keys of one attempt begin with this.</summary>
    public static string Prefix(int attempt) => $"facemix/{attempt}";
}
