using Xunit;

namespace FaceMix.Tests.LatentStore;

/// <summary>One server for all tests of this room.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<TestPostgres>
{
    public const string Name = "postgres";
}
