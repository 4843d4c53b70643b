using FaceMix.Datasets;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Tests.Trainer.Gradients;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Models.Layers;

public sealed class TensorLayersTests
{
    public static TheoryData<string> Presets => [.. PresetReader.Names];

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, true)]
    public void A_doubled_map_is_convolved_as_if_it_had_been_made(bool keras, bool bias, bool spectral)
    {
        var conventions = keras ? Conventions.Keras : Conventions.PyTorch;
        var plan = new ShapeLayers(conventions);
        plan.Conv("conv", new Shape(5, 6, 6), 7, 3, bias: bias, spectral: spectral);
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var net = new TensorLayers("net", conventions, plan.Rows.SelectMany(row => row.Arrays));
        Given.Prepare(net);
        var x = Given.Numbers(2, 5, 6, 6);
        var shares = randn([2, 7, 12, 12], dtype: ScalarType.Float64);
        (Tensor Value, List<Tensor> Gradients) Of(Func<Tensor> function)
        {
            var inputs = Given.Learnt(net).Select(pair => pair.Item2).Append(x).ToList();
            inputs.ForEach(input => input.grad = null);
            var value = function();
            (value * shares).sum().backward();
            return (value, [.. inputs.Select(input => input.grad!.clone())]);
        }

        var made = Of(() => net.Conv("conv", net.Double(x), 7, 3, bias: bias, spectral: spectral));
        var spared = Of(() => net.DoubleConv("conv", x, 7, bias, spectral));

        Assert.True(allclose(made.Value, spared.Value, rtol: 1e-12, atol: 1e-12));
        Assert.Equal(bias ? 3 : 2, spared.Gradients.Count);
        foreach (var (a, b) in made.Gradients.Zip(spared.Gradients))
            Assert.True(allclose(a, b, rtol: 1e-11, atol: 1e-11));
    }

    // The fused optimizer and the averages read arrays as they lie.
    [Theory]
    [MemberData(nameof(Presets))]
    public void Gradients_moments_and_averages_lie_in_memory_as_their_arrays_do(string name)
    {
        set_num_threads(1);
        using var run = new TrainingRun(EveryPreset.Narrow(name), 2);
        var (batch, model) = (run.Preset.Training.Batch, run.Preset.Model);
        run.Step(new byte[batch * model.ImageSize * model.ImageSize * 3], batch, default, 0.5);

        var parameters = run.Model.parameters().ToList();
        foreach (var (parameter, moments) in parameters.Zip(run.Optimizer.Moments))
        {
            Assert.Equal(Strides(parameter), Strides(moments.Mean));
            Assert.Equal(Strides(parameter), Strides(moments.Square));
            Assert.Equal(Strides(parameter), Strides(parameter.grad!));
        }
        foreach (var (pair, average) in Weights.Floating(run.Model).Zip(run.Average.Averages))
            Assert.Equal(Strides(pair.Tensor), Strides(average.Average));
    }

    [Fact]
    public void Arrays_can_go_to_another_type_and_back()
    {
        using var model = new FaceModel(EveryPreset.Narrow("facemix-64").Model);
        using var source = EveryPreset.Faces(3, 4, model.Options);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        model.eval();
        var pictures = Pixels.ToTensor(source.ReadSpread(4), 4, model);
        var before = model.Encode(pictures).Mean;

        model.to(ScalarType.Float64);
        var longer = model.Encode(pictures.to(ScalarType.Float64)).Mean;
        model.to(ScalarType.Float32);

        Assert.Equal(ScalarType.Float64, longer.dtype);
        Assert.True(allclose(before.to(ScalarType.Float64), longer, rtol: 1e-4, atol: 1e-4));
        Assert.Equal(before.data<float>().ToArray(), model.Encode(pictures).Mean.data<float>().ToArray());
    }

    // Where a size is 1 its stride says nothing.
    private static IEnumerable<(long, long)> Strides(Tensor x) => x.shape.Zip(x.stride()).Where(pair => pair.First > 1);
}
