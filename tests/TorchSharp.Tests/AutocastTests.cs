#if COMPAT_PACKAGES
using FaceMix.Torch;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class AutocastTests
{
    [Fact]
    public void Matrix_products_run_in_the_shorter_type_within_the_region_only()
    {
        using var scope = NewDisposeScope();
        var a = rand(8, 8, requires_grad: true);
        Tensor inside;
        using (new Autocast(CPU)) inside = a.matmul(a);
        Assert.Equal(ScalarType.BFloat16, inside.dtype);
        Assert.Equal(ScalarType.Float32, a.matmul(a).dtype);
        inside.sum().backward();
        Assert.Equal(ScalarType.Float32, a.grad!.dtype);
    }
}
#endif
