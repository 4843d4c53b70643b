using Xunit;

namespace FaceMix.Tests.Pgvector;

public sealed class TheTableOfTypesIsTrue
{
    [Theory]
    [InlineData("Pgvector")]
    [InlineData("Testcontainers")]
    public void Every_public_type_is_listed_with_its_package(string room) => CompatTable.Check(room);
}
