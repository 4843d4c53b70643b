using FaceMix.Tests.Trainer.Gradients;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

/// <summary>Every module and every loss has the gradients that central differences give, in float64.</summary>
public class GradientTests
{
    // Lines [2, 4, 6], maps [2, 4, 6, 6] and vectors [3, 8] of normal numbers.
    private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> OfLines = new()
    {
        ["Conv1d"] = () => nn.Conv1d(4, 3, 3, stride: 2, padding: 1),
        ["ConvTranspose1d"] = () => nn.ConvTranspose1d(4, 3, 3, stride: 2, padding: 1, output_padding: 1),
        ["BatchNorm1d"] = () => nn.BatchNorm1d(4),
        ["InstanceNorm1d"] = () => nn.InstanceNorm1d(4, affine: true),
        ["Dropout1d"] = () => nn.Dropout1d(0.3),
        ["AvgPool1d"] = () => nn.AvgPool1d(2),
        ["MaxPool1d"] = () => nn.MaxPool1d(2),
        ["AdaptiveAvgPool1d"] = () => nn.AdaptiveAvgPool1d(4),
        ["AdaptiveMaxPool1d"] = () => nn.AdaptiveMaxPool1d(4),
        ["ConstantPad1d"] = () => nn.ConstantPad1d(2, 0.7),
        ["ReflectionPad1d"] = () => nn.ReflectionPad1d(2),
        ["ReplicationPad1d"] = () => nn.ReplicationPad1d(2),
    };

    private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> OfMaps = new()
    {
        ["Conv2d"] = () => nn.Conv2d(4, 6, 3, stride: 2, padding: 1, groups: 2),
        ["Conv2d, reflecting"] = () => nn.Conv2d(4, 3, 3, padding: 1, padding_mode: PaddingModes.Reflect),
        ["ConvTranspose2d"] = () => nn.ConvTranspose2d(4, 3, 3, stride: 2, padding: 1, output_padding: 1),
        ["BatchNorm2d"] = () => nn.BatchNorm2d(4),
        ["InstanceNorm2d"] = () => nn.InstanceNorm2d(4, affine: true),
        ["GroupNorm"] = () => nn.GroupNorm(2, 4),
        ["LayerNorm"] = () => nn.LayerNorm([6, 6]),
        ["Dropout2d"] = () => nn.Dropout2d(0.3),
        ["FeatureAlphaDropout"] = () => nn.FeatureAlphaDropout(0.3),
        ["AvgPool2d"] = () => nn.AvgPool2d(2),
        ["MaxPool2d"] = () => nn.MaxPool2d(2),
        ["AdaptiveAvgPool2d"] = () => nn.AdaptiveAvgPool2d(4),
        ["AdaptiveMaxPool2d"] = () => nn.AdaptiveMaxPool2d([4, 3]),
        ["ConstantPad2d"] = () => nn.ConstantPad2d(2, 0.7),
        ["ReflectionPad2d"] = () => nn.ReflectionPad2d(2),
        ["ReplicationPad2d"] = () => nn.ReplicationPad2d(2),
        ["ZeroPad2d"] = () => nn.ZeroPad2d(2),
        ["PixelShuffle"] = () => nn.PixelShuffle(2),
        ["PixelUnshuffle"] = () => nn.PixelUnshuffle(2),
        ["Upsample"] = () => nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest),
        ["Upsample, bilinear"] = () => nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Bilinear),
        ["Softmax2d"] = () => nn.Softmax2d(),
        ["Flatten"] = () => nn.Flatten(),
        ["PReLU"] = () => nn.PReLU(4),
        ["Sequential"] = () => nn.Sequential(nn.Conv2d(4, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2)),
    };

    private static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>>> OfVectors = new()
    {
        ["Linear"] = () => nn.Linear(8, 3),
        ["AlphaDropout"] = () => nn.AlphaDropout(0.3),
        ["Dropout"] = () => nn.Dropout(0.3),
        ["Identity"] = () => nn.Identity(),
        ["Unflatten"] = () => nn.Unflatten(1, [2, 4]),
        ["CELU"] = () => nn.CELU(0.7),
        ["ELU"] = () => nn.ELU(0.7),
        ["GELU"] = () => nn.GELU(),
        ["GLU"] = () => nn.GLU(),
        ["Hardshrink"] = () => nn.Hardshrink(),
        ["Hardsigmoid"] = () => nn.Hardsigmoid(),
        ["Hardswish"] = () => nn.Hardswish(),
        ["Hardtanh"] = () => nn.Hardtanh(),
        ["LeakyReLU"] = () => nn.LeakyReLU(0.2),
        ["LogSigmoid"] = () => nn.LogSigmoid(),
        ["LogSoftmax"] = () => nn.LogSoftmax(1),
        ["Mish"] = () => nn.Mish(),
        ["RReLU"] = () => nn.RReLU(),
        ["ReLU"] = () => nn.ReLU(),
        ["ReLU6"] = () => nn.ReLU6(),
        ["SELU"] = () => nn.SELU(),
        ["SiLU"] = () => nn.SiLU(),
        ["Sigmoid"] = () => nn.Sigmoid(),
        ["Softmax"] = () => nn.Softmax(1),
        ["Softmin"] = () => nn.Softmin(1),
        ["Softplus"] = () => nn.Softplus(2),
        ["Softshrink"] = () => nn.Softshrink(),
        ["Softsign"] = () => nn.Softsign(),
        ["Tanh"] = () => nn.Tanh(),
        ["Tanhshrink"] = () => nn.Tanhshrink(),
        ["Threshold"] = () => nn.Threshold(0.2, 3),
    };

    // Each of what the model gave, x [3, 8], and what was wanted, y; both have gradients where both may be learnt.
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> OfTwo = new()
    {
        ["BCELoss"] = (x, y) => nn.BCELoss().call(x.sigmoid(), y.sigmoid().detach()),
        ["BCEWithLogitsLoss"] = (x, y) => nn.BCEWithLogitsLoss().call(x, y.sigmoid().detach()),
        ["CosineEmbeddingLoss"] = (x, y) => nn.CosineEmbeddingLoss(0.1).call(x, y, Signs()),
        ["CosineSimilarity"] = (x, y) => nn.CosineSimilarity().call(x, y).sum(),
        ["CrossEntropyLoss"] = (x, _) => nn.CrossEntropyLoss().call(x, Classes()),
        ["GaussianNLLLoss"] = (x, y) => nn.GaussianNLLLoss().call(x, y.tanh(), y.exp()),
        ["HingeEmbeddingLoss"] = (x, _) => nn.HingeEmbeddingLoss().call(x.select(1, 0), Signs()),
        ["HuberLoss"] = (x, y) => nn.HuberLoss(0.7).call(x, y),
        ["KLDivLoss"] = (x, y) => nn.KLDivLoss(log_target: true, nn.Reduction.Sum).call(x.log_softmax(1), y.log_softmax(1)),
        ["L1Loss"] = (x, y) => nn.L1Loss().call(x, y),
        ["MSELoss"] = (x, y) => nn.MSELoss().call(x, y),
        ["MarginRankingLoss"] = (x, y) => nn.MarginRankingLoss(0.3).call(x.select(1, 0), y.select(1, 0), Signs()),
        ["MultiLabelSoftMarginLoss"] = (x, y) => nn.MultiLabelSoftMarginLoss().call(x, (y > 0).to(ScalarType.Float64)),
        ["MultiMarginLoss"] = (x, _) => nn.MultiMarginLoss().call(x, Classes()),
        ["NLLLoss"] = (x, _) => nn.NLLLoss().call(x.log_softmax(1), Classes()),
        ["PairwiseDistance"] = (x, y) => nn.PairwiseDistance().call(x, y).sum(),
        ["PoissonNLLLoss"] = (x, y) => nn.PoissonNLLLoss().call(x, y.exp().detach()),
        ["SmoothL1Loss"] = (x, y) => nn.SmoothL1Loss().call(x, y),
        ["SoftMarginLoss"] = (x, _) => nn.SoftMarginLoss().call(x.select(1, 0), Signs()),
        ["TripletMarginLoss"] = (x, y) => nn.TripletMarginLoss().call(x, y, (x * 0.3) + (y * 0.5) + 0.1),
    };

    public static TheoryData<string> Modules => [.. OfLines.Keys, .. OfMaps.Keys, .. OfVectors.Keys];

    public static TheoryData<string> Losses => [.. OfTwo.Keys];

    [Theory]
    [MemberData(nameof(Modules))]
    public void By_the_input_and_by_every_parameter(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (made, shape) = OfLines.TryGetValue(name, out var ofLines) ? (ofLines(), new long[] { 2, 4, 6 })
            : OfMaps.TryGetValue(name, out var ofMaps) ? (ofMaps(), [2, 4, 6, 6])
            : (OfVectors[name](), [3, 8]);
        using var module = made.to(ScalarType.Float64);
        module.train();
        var input = randn(shape, ScalarType.Float64).requires_grad_();
        var shares = randn(module.call(input).shape, ScalarType.Float64);
        Tensor Function()
        {
            // What draws numbers draws the same at every call.
            manual_seed(7);
            return (module.call(input) * shares).sum();
        }

        GradientCheck.Holds(Function, [("the input", input), .. module.named_parameters().Select(named => (named.name, (Tensor)named.parameter))], elements: 48);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void By_both_of_what_a_loss_compares(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (x, y) = (randn([3, 8], ScalarType.Float64).requires_grad_(), randn([3, 8], ScalarType.Float64).requires_grad_());

        GradientCheck.Holds(() => OfTwo[name](x, y), ByBoth(name) ? [("x", x), ("y", y)] : [("x", x)], elements: 48);
    }

    [Fact]
    public void Of_a_table_of_vectors_by_those_that_are_looked_up()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var table = nn.Embedding(5, 4).to(ScalarType.Float64);
        var shares = randn([3, 4], ScalarType.Float64);

        GradientCheck.Holds(() => (table.call(tensor(new long[] { 1, 4, 1 })) * shares).sum(), [("the table", table.weight!)]);
    }

#if COMPAT_PACKAGES
    [Fact]
    public void And_none_is_left_out()
    {
        var there = typeof(nn.Module).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(nn.Module)) && !type.IsAbstract && type.GetMethod("forward") is not null).Select(type => type.Name);
        var have = OfLines.Keys.Concat(OfMaps.Keys).Concat(OfVectors.Keys).Concat(OfTwo.Keys).Select(name => name.Split(',')[0]).Append("Embedding");

        Assert.Empty(there.Except(have));
    }
#endif

    // Whether the loss's slope by what was wanted is asked for, too.
    private static bool ByBoth(string name) => name is "CosineEmbeddingLoss" or "CosineSimilarity" or "HuberLoss" or "KLDivLoss" or "L1Loss" or "MSELoss" or "MarginRankingLoss"
#if COMPAT_PACKAGES
        // The package's own gives the variance another gradient than PyTorch.
        or "GaussianNLLLoss"
#endif
        or "PairwiseDistance" or "SmoothL1Loss" or "TripletMarginLoss";

    private static Tensor Classes() => tensor(new long[] { 1, 7, 0 });

    private static Tensor Signs() => tensor(new double[] { 1, -1, 1 });
}
