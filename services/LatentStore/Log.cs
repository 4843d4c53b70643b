namespace FaceMix.LatentStore;

/// <summary>What the latent store logs. Never latents: those of photographed faces are personal data.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Information, "Schema migrations applied: {Migrations}", EventName = "SchemaMigrated")]
    public static partial void SchemaMigrated(ILogger logger, string migrations);

    [LoggerMessage(102, LogLevel.Critical, "The database's schema is refused: {Reason}", EventName = "SchemaRefused")]
    public static partial void SchemaRefused(ILogger logger, string reason);

    [LoggerMessage(104, LogLevel.Information, "Faces of {Dataset} stored under {Model}: {Added} added, {Unchanged} unchanged, {Replaced} replaced, {Refused} refused in {Milliseconds} ms", EventName = "FacesStored")]
    public static partial void FacesStored(ILogger logger, string model, string dataset, long added, long unchanged, long replaced, long refused, long milliseconds);

    [LoggerMessage(105, LogLevel.Information, "Faces of {Model} read into memory: {Count} at revision {Revision} in {Milliseconds} ms", EventName = "FacesRead")]
    public static partial void FacesRead(ILogger logger, string model, long count, long revision, long milliseconds);

    [LoggerMessage(106, LogLevel.Warning, "The faces of {Model} do not fit into {Megabytes} MiB (Store:MaxMemoryMegabytes); the database answers for them", EventName = "SpaceTooLarge")]
    public static partial void SpaceTooLarge(ILogger logger, string model, long megabytes);

    [LoggerMessage(107, LogLevel.Information, "Model version registered: {Model} in latent space {LatentSpace}", EventName = "ModelRegistered")]
    public static partial void ModelRegistered(ILogger logger, string model, string latentSpace);

    [LoggerMessage(108, LogLevel.Information, "Faces deleted: {Count} by {What}", EventName = "FacesDeleted")]
    public static partial void FacesDeleted(ILogger logger, string what, long count);

    [LoggerMessage(109, LogLevel.Warning, "The feed of changes is interrupted: {Reason}", EventName = "FeedInterrupted")]
    public static partial void FeedInterrupted(ILogger logger, string reason);

    [LoggerMessage(110, LogLevel.Warning, "Directions of latent space {Space} were not computed: {Reason}", EventName = "DirectionsNotComputed")]
    public static partial void DirectionsNotComputed(ILogger logger, int space, string reason);
}
