using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Gradients;

/// <summary>Modules and arrays in float64 at a place where every function has a slope.</summary>
internal static class Given
{
    /// <summary>Away from 0 and 1, where a logarithm bends too much for a difference.</summary>
    public static Tensor Pictures(params long[] shape) => ((rand(shape, dtype: ScalarType.Float64) * 0.9) + 0.05).requires_grad_();

    public static Tensor Numbers(params long[] shape) => randn(shape, dtype: ScalarType.Float64).requires_grad_();

    public static IEnumerable<(string, Tensor)> Learnt(nn.Module module) => module.named_parameters().Select(named => (named.name, (Tensor)named.parameter));

    public static void Prepare(nn.Module module)
    {
        module.to(ScalarType.Float64);
        module.train();
        // Biases that begin at 0 leave numbers exactly on a kink, where there is no slope.
        using (no_grad())
        {
            foreach (var parameter in module.parameters())
                parameter.add_(randn_like(parameter), alpha: 0.05);
        }
        var weights = module.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (var (name, buffer) in module.named_buffers().Where(named => named.name.EndsWith(".u", StringComparison.Ordinal)))
            Settle(weights[name[..^1] + "weight"], buffer);
    }

    /// <summary>
    /// Spectral norm's gradient holds its directions still, which is right where they have settled: the largest singular value's
    /// slope does not depend on their own.
    /// </summary>
    private static void Settle(Tensor weight, Tensor u)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (left, _, _) = linalg.svd(weight.detach().flatten(1), fullMatrices: false);
        u.copy_(left.select(1, 0));
    }
}
