using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace FaceMix.Tests.TorchSharpRoom;

/// <summary>
/// What FaceMix computes by kernels of its own choice in float32 on the CPU has ATen's values: in float64 the same call is
/// ATen's own operator.
/// </summary>
public class FastPathTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<int, int, int, int, int, int, int, bool> Transposed => new()
    {
        // in, out, kernel, stride, padding, output padding, groups, bias
        { 4, 6, 3, 2, 1, 1, 1, true },
        { 5, 3, 5, 2, 2, 1, 1, true },
        { 8, 3, 5, 1, 2, 0, 1, false },
        { 4, 6, 4, 2, 1, 0, 2, true },
        { 4, 4, 3, 1, 0, 0, 4, true },
        { 3, 2, 5, 4, 2, 3, 1, true },
        { 3, 2, 1, 1, 0, 0, 1, false },
    };

    [Theory]
    [MemberData(nameof(Transposed))]
    public void A_transposed_convolution_has_the_values_and_gradients_of_ATens(int from, int to, int kernel, int stride, int padding, int outputPadding, int groups, bool biased)
    {
        using var scope = NewDisposeScope();
        manual_seed(from * 100 + kernel);
        var (x, w, b) = (randn(3, from, 7, 6), randn(from, to / groups, kernel, kernel), randn(to));
        Tensor Layer(Tensor[] a) => F.conv_transpose2d(a[0], a[1], biased ? a[2] : null, [stride, stride], [padding, padding], [outputPadding, outputPadding], groups: groups);
        SameInFloat64(Layer, [x, w, b]);
        SameInFloat64(a => Layer([a[0].contiguous().permute(0, 1, 3, 2), a[1], a[2]]), [x, w, b]);
    }

    [Fact]
    public void A_dilated_transposed_convolution_has_the_values_and_gradients_of_ATens()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        SameInFloat64(a => F.conv_transpose2d(a[0], a[1], a[2], [2, 1], [1, 2], [1, 0], [2, 2]), [randn(2, 4, 5, 6), randn(4, 3, 3, 3), randn(3)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_dense_layer_has_the_values_and_gradients_of_ATens(bool biased)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        foreach (var shape in new long[][] { [1, 3], [7, 3], [2, 5, 3], [3], [0, 3] })
            SameInFloat64(a => F.linear(a[0], a[1], biased ? a[2] : null), [randn(shape), randn(4, 3), randn(4)]);
        SameInFloat64(a => F.linear(a[0].t(), a[1].t(), biased ? a[2] : null), [randn(3, 6), randn(3, 4), randn(4)]);
    }

#if COMPAT_PACKAGES
    [Theory]
    [InlineData(1, 1, 1, 1, true)]
    [InlineData(2, 5, 3, 4, true)]
    [InlineData(3, 4, 5, 7, false)]
    public void Doubling_and_convolving_at_once_is_doubling_and_then_convolving(int n, int from, int to, int side, bool biased)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        SameInFloat64(
            a => a[0].dtype == ScalarType.Float64
                ? F.conv2d(F.interpolate(a[0], scale_factor: [2, 2]), a[1], biased ? a[2] : null, padding: [1, 1])
                : FaceMix.Torch.FastLayers.DoubleConv2d(a[0], a[1], biased ? a[2] : null),
            [randn(n, from, side, side + 1), randn(to, from, 3, 3), randn(to)]);
        using var x = randn(1, 2, 3, 3, ScalarType.Float64);
        using var w = randn(2, 2, 3, 3, ScalarType.Float64);
        Near(F.conv2d(F.interpolate(x, scale_factor: [2, 2]), w, padding: [1, 1]), FaceMix.Torch.FastLayers.DoubleConv2d(x, w), 1e-12);
    }
#endif

#if COMPAT_PACKAGES
    [Fact]
    public void Layers_on_maps_whose_channels_lie_side_by_side_have_the_values_and_gradients_of_ATens()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        Tensor Network(Tensor[] a)
        {
            var x = F.pixel_unshuffle(FaceMix.Torch.FastLayers.ChannelsLast(a[0]), 2);
            x = F.leaky_relu(F.batch_norm(F.conv2d(x, a[1], strides: [2, 2], padding: [1, 1]), null, null, training: true), 0.2);
            x = FaceMix.Torch.FastLayers.DoubleConv2d(x, a[2]);
            x = F.conv_transpose2d(x, a[3], strides: [2, 2], padding: [1, 1], output_padding: [1, 1]);
            return F.conv2d(F.pixel_shuffle(x, 2), a[4], padding: [1, 1]);
        }
        SameInFloat64(Network, [randn(4, 3, 16, 16), randn(20, 12, 3, 3), randn(18, 20, 3, 3) * 0.1, randn(18, 16, 3, 3) * 0.1, randn(3, 4, 3, 3)], 1e-4);
    }
#endif

    [Fact]
    public void Gradients_of_gradients_go_through()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Tensor Penalty(Tensor[] a)
        {
            var y = F.linear(F.conv_transpose2d(a[0], a[1], a[2], [2, 2], [1, 1], [1, 1]).square().flatten(1), a[3], a[4]).square().sum();
            return autograd.grad([y], [a[0], a[1], a[3]], retain_graph: true, create_graph: true).Select(slope => slope.square().sum()).Aggregate((u, v) => u + v) * 1e-4;
        }
        SameInFloat64(Penalty, [randn(2, 2, 3, 3) * 0.3, randn(2, 2, 3, 3) * 0.3, randn(2) * 0.3, randn(3, 72) * 0.3, randn(3) * 0.3], 1e-3, withoutGradients: false);
    }

    [Fact]
    public void A_shape_that_does_not_fit_is_refused_with_the_shapes_given()
    {
        using var x = randn(2, 3, 4, 4);
        using var w = randn(5, 3, 3, 3);
        Assert.Contains("[2, 3, 4, 4]", Assert.ThrowsAny<Exception>(() => F.conv_transpose2d(x, w)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3, 4, 4]", Assert.ThrowsAny<Exception>(() => F.linear(x, randn(5, 3))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, 0.0)]
    [InlineData(true, false, 0.01)]
    [InlineData(false, true, 0.01)]
    [InlineData(true, true, 0.0)]
    public void A_fused_step_of_Adam_is_the_step_that_operators_make(bool amsgrad, bool maximize, double decay)
    {
        Compare(parameters => optim.Adam(parameters, 1e-2, weight_decay: decay, amsgrad: amsgrad, maximize: maximize));
        Compare(parameters => optim.AdamW(parameters, 1e-2, weight_decay: decay, amsgrad: amsgrad, maximize: maximize));

        // Every second column of a wider tensor is not one block of memory, so that its step is made of operators.
        static void Compare(Func<IEnumerable<Parameter>, optim.Optimizer> make)
        {
            using var scope = NewDisposeScope();
            manual_seed(4);
            var wide = randn(70, 2400);
            var spread = new Parameter(wide[.., TensorIndex.Slice(0, 2400, 2)].detach());
            var block = new Parameter(spread.detach().clone());
            var untouched = new Parameter(ones(3));
            using var bySpread = make([spread]);
            using var byBlock = make([block, untouched]);
            for (var step = 0; step < 4; step++)
            {
                var slope = randn(70, 1200);
                spread.grad = slope;
                block.grad = slope.t().contiguous().t();
                bySpread.step();
                byBlock.step();
            }
            Near(spread.@double(), block.@double(), 1e-6);
            Assert.Equal(3, untouched.sum().item<float>());
            Assert.Equal(wide[.., TensorIndex.Slice(0, 2400, 2)].sum().item<float>(), spread.sum().item<float>());
        }
    }

    [Fact]
    public void A_step_between_forward_and_backward_is_noticed()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(3, 3));
        using var adam = optim.Adam([weight]);
        var loss = F.linear(ones(2, 3), weight).matmul(weight).sum();
        weight.grad = ones(3, 3);
        adam.step();
        Assert.ThrowsAny<Exception>(() => loss.backward());
    }

    private static void SameInFloat64(Func<Tensor[], Tensor> layer, Tensor[] inputs, double tolerance = Tolerance, bool withoutGradients = true)
    {
        var narrow = inputs.Select(input => input.detach().clone().requires_grad_()).ToArray();
        var wide = inputs.Select(input => input.detach().@double().requires_grad_()).ToArray();
        var (y, z) = (layer(narrow), layer(wide));
        Near(z, y.@double(), tolerance);
        if (z.numel() == 0) return;
        var slope = z.Dimensions == 0 ? ones_like(z) : randn(z.shape, ScalarType.Float64);
        y.backward([slope.to(ScalarType.Float32)]);
        z.backward([slope]);
        for (var i = 0; i < inputs.Length; i++)
        {
            Assert.Equal(wide[i].grad is null, narrow[i].grad is null);
            if (wide[i].grad is { } wanted) Near(wanted, narrow[i].grad!.@double(), tolerance);
        }
        if (!withoutGradients) return;
        using (no_grad()) Near(z.detach(), layer(narrow).@double(), tolerance);
    }

    private static void Near(Tensor wanted, Tensor got, double tolerance)
    {
        Assert.Equal(wanted.shape, got.shape);
        if (wanted.numel() == 0) return;
        var (off, size) = ((wanted - got).abs().max().item<double>(), wanted.abs().max().item<double>());
        Assert.True(off <= tolerance * Math.Max(size, 1), $"{string.Join('x', wanted.shape)} is off by {off:E2} where the largest is {size:E2}");
    }
}
