using System.Runtime.InteropServices;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class ErrorTests
{
    [Fact]
    public void A_shape_error_names_the_operator_the_shapes_and_libtorchs_reason()
    {
        using var left = zeros(2, 3);
        using var right = zeros(4, 5);
        var error = Assert.ThrowsAny<ExternalException>(() => left.matmul(right));
        Assert.Contains("aten::matmul", error.Message);
        Assert.Contains("Float32[2, 3]", error.Message);
        Assert.Contains("Float32[4, 5]", error.Message);
        Assert.Contains("cannot be multiplied", error.Message);
    }

    [Fact]
    public void A_disposed_tensor_is_refused_before_libtorch_sees_it()
    {
        var tensor = zeros(2);
        tensor.Dispose();
        Assert.Throws<InvalidOperationException>(() => tensor.exp());
    }

    [Fact]
    public void Work_goes_on_after_an_error()
    {
        using var left = ones(2, 3);
        Assert.ThrowsAny<ExternalException>(() => left.view(5));
        Assert.ThrowsAny<ExternalException>(() => left.backward());
        using var sum = left.sum();
        Assert.Equal(6, sum.item<float>());
    }
}
