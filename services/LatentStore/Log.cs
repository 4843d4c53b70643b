namespace FaceMix.LatentStore;

/// <summary>What the latent store logs. Never latents: those of photographed faces are personal data.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Information, "Schema migrations applied: {Migrations}", EventName = "SchemaMigrated")]
    public static partial void SchemaMigrated(ILogger logger, string migrations);

    [LoggerMessage(102, LogLevel.Critical, "The database's schema is refused: {Reason}", EventName = "SchemaRefused")]
    public static partial void SchemaRefused(ILogger logger, string reason);

    [LoggerMessage(104, LogLevel.Information, "Latents of {Model} stored: {Added} added, {Replaced} replaced in {Milliseconds} ms", EventName = "LatentsStored")]
    public static partial void LatentsStored(ILogger logger, string model, int added, int replaced, long milliseconds);

    [LoggerMessage(105, LogLevel.Information, "Attribute masks of {Model} read: {Count} at revision {Revision} in {Milliseconds} ms", EventName = "MasksRead")]
    public static partial void MasksRead(ILogger logger, string model, int count, long revision, long milliseconds);
}
