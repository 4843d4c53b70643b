namespace FaceMix.LatentStore.Migrations;

/// <summary>The database's schema and this program do not belong together; trying again does not help.</summary>
public sealed class SchemaException(string message, Exception? inner = null) : Exception(message, inner);
