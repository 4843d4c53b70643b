using Xunit;

namespace FaceMix.Tests;

public sealed class TheTableOfTypesIsTrue
{
    [Fact]
    public void Every_public_type_is_listed_with_its_package() => CompatTable.Check("Grpc");
}
