using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
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

    public static TheoryData<string> Failing => [.. Calls.Keys];

    // Each operator with the shapes that its message must name.
    private static readonly Dictionary<string, (Action<Tensor, Tensor> Call, string[] Says)> Calls = new()
    {
        ["aten::add.Tensor"] = ((a, b) => a.add(b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::mm"] = ((a, b) => a.mm(b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::bmm"] = ((a, b) => a.bmm(b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::view"] = ((a, _) => a.view(7), ["Float32[2, 3]", "[7]"]),
        ["aten::cat"] = ((a, b) => cat([a, b]), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::conv2d"] = ((a, b) => nn.functional.conv2d(a, b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::conv_transpose2d.input"] = ((a, b) => nn.functional.conv_transpose2d(a, b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::linear"] = ((a, b) => nn.functional.linear(a, b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::linalg_inv"] = ((a, _) => linalg.inv(a), ["Float32[2, 3]"]),
        ["aten::linalg_cholesky"] = ((_, _) => linalg.cholesky(-eye(3)), ["Float32[3, 3]"]),
        ["aten::index_select"] = ((a, b) => a.index_select(0, tensor(9L)), ["Float32[2, 3]", "Int64[]"]),
        ["aten::mse_loss"] = ((a, b) => nn.functional.mse_loss(a, b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::copy_"] = ((a, b) => a.copy_(b), ["Float32[2, 3]", "Float32[4, 5]"]),
        ["aten::expand"] = ((a, _) => a.expand(5, 5), ["Float32[2, 3]", "[5, 5]"]),
        ["aten::to.device"] = ((a, _) => a.to(ScalarType.Float32, new Device(DeviceType.XLA)), ["Float32[2, 3]"]),
        ["backward"] = ((a, _) => a.clone().requires_grad_().backward(), ["Float32[2, 3]"]),
        ["item"] = ((a, _) => a.ToScalar(), ["Float32[2, 3]"]),
        ["Adam.step"] = ((_, _) => StepInAnotherType(nn.Linear(3, 2)), ["Float64[2, 3] with a gradient Float64[2, 3] and means Float32[2, 3]", "Float64[2]", "type", "changed"]),
        ["aten::narrow"] = ((a, _) => nn.utils.vector_to_parameters(a.flatten(), [new Parameter(zeros(4, 5))]), ["Float32[6]", "20"]),
        ["Generator.set_state"] = ((a, _) => new Generator().set_state(a), ["Float32[2, 3]"]),
        ["set_num_threads"] = ((_, _) => set_num_threads(-1), ["(-1)"]),
        ["grad"] = ((a, b) => autograd.grad([a], [b]), ["Float32[2, 3]", "Float32[4, 5]"]),
    };

    // What Adam keeps was made before the module became another.
    private static void StepInAnotherType(Linear linear)
    {
        using var optimizer = optim.Adam(linear.parameters());
        linear.to(ScalarType.Float64);
        linear.call(zeros([1, 3], ScalarType.Float64)).sum().backward();
        optimizer.step();
    }

    [Theory]
    [MemberData(nameof(Failing))]
    public void Whatever_libtorch_refuses_is_an_exception_with_its_name_and_shapes(string name)
    {
        using var scope = NewDisposeScope();
        var (call, says) = Calls[name];
        var error = Assert.ThrowsAny<ExternalException>(() => call(zeros(2, 3), zeros(4, 5)));
        // Some run under a name of FaceMix's own, "facemix::linear" say.
        Assert.Contains(name.Split("::")[^1].Split('.')[0], error.Message.Split('(')[0]);
        Assert.All(says, part => Assert.Contains(part, error.Message));
        Assert.True(error.Message.Split(": ", 2)[1].Length > 10, error.Message);
    }
}
