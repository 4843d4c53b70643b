using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class ModuleTests
{
    [Fact]
    public void A_state_goes_into_another_module_of_the_same_kind()
    {
        using var one = new SmallVae();
        using var other = new SmallVae();
        using var pictures = rand(2, 3, 16, 16);
        using var noise = zeros(2, 4);
        one.eval();
        other.eval();
        Assert.False(one.call(pictures, noise).picture.allclose(other.call(pictures, noise).picture));
        var (missing, unexpected) = other.load_state_dict(one.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Assert.True(one.call(pictures, noise).picture.allclose(other.call(pictures, noise).picture));
    }

    [Fact]
    public void A_state_with_other_names_is_refused_and_nothing_is_changed()
    {
        using var layer = nn.Linear(2, 2);
        using var before = layer.weight.detach().clone();
        var error = Assert.Throws<InvalidOperationException>(() => layer.load_state_dict(new() { ["weight"] = zeros(2, 2), ["nonsense"] = zeros(1) }));
        Assert.Contains("nonsense", error.Message);
        Assert.Contains("bias", error.Message);
        Assert.True(before.allclose(layer.weight));
    }

    [Fact]
    public void A_state_of_another_shape_says_which_and_nothing_is_changed()
    {
        using var layer = nn.Linear(2, 3);
        using var before = layer.weight.detach().clone();
        // A single number would fit by broadcasting.
        var error = Assert.Throws<ArgumentException>(() => layer.load_state_dict(new() { ["weight"] = zeros(3, 2), ["bias"] = zeros(1) }));
        Assert.Contains("shape of bias is [1]", error.Message);
        Assert.Contains("[3]", error.Message);
        Assert.True(before.allclose(layer.weight));
    }

    [Fact]
    public void Hooks_see_and_change_what_goes_in_and_out_until_they_are_removed()
    {
        using var layer = nn.Linear(2, 2);
        using var input = ones(1, 2);
        using var plain = layer.call(input);
        var seen = 0;
        var before = layer.register_forward_pre_hook((_, x) => x * 2);
        var after = layer.register_forward_hook((_, _, y) => -y);
        var counter = layer.register_forward_hook((nn.Module _) => seen++);
        using var hooked = layer.call(input);
        using var expected = -nn.functional.linear(input * 2, layer.weight, layer.bias);
        Assert.True(expected.allclose(hooked));
        Assert.True(plain.allclose(layer.forward(input)));
        before.remove();
        after.remove();
        Assert.True(plain.allclose(layer.call(input)));
        Assert.Equal(2, seen);
        counter.remove();
        using var _ = layer.call(input);
        Assert.Equal(2, seen);
    }

    [Fact]
    public void Modules_and_parameters_are_kept_by_name()
    {
        using var modules = nn.ModuleDict(("first", nn.Linear(2, 2)), ("second", nn.Linear(2, 2)));
        using var parameters = nn.ParameterDict(("scale", new Parameter(ones(1))));
        using var list = nn.ParameterList(new Parameter(ones(2)), new Parameter(ones(3)));
        using var all = nn.ModuleDict<nn.Module>(("modules", modules), ("parameters", parameters), ("list", list));
        using var model = new Holder(all);
        Assert.Equal(
            ["all.modules.first.weight", "all.modules.first.bias", "all.modules.second.weight", "all.modules.second.bias", "all.parameters.scale", "all.list.0", "all.list.1"],
            model.named_parameters().Select(named => named.name));
        Assert.Throws<ArgumentException>(() => modules.Add("first", nn.Linear(1, 1)));
        Assert.Same(modules["second"], modules[1].Item2);
    }

    private sealed class Holder : nn.Module<Tensor, Tensor>
    {
        private readonly ModuleDict<nn.Module> all;

        public Holder(ModuleDict<nn.Module> all) : base(nameof(Holder))
        {
            this.all = all;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input.alias();
    }

    [Fact]
    public void Names_are_those_of_the_fields_and_of_places_in_lists()
    {
        using var model = new Nested();
        Assert.Equal(["own", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"], model.named_parameters().Select(named => named.name));
        Assert.Equal(["counter"], model.named_buffers().Select(named => named.name));
        Assert.Equal(["layers", "layers.0", "layers.1"], model.named_modules().Select(named => named.name));
    }

    [Fact]
    public void Training_and_evaluation_reach_every_module_below()
    {
        using var model = new SmallVae();
        model.eval();
        Assert.All(model.modules(), module => Assert.False(module.training));
        model.train();
        Assert.All(model.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void Parameters_of_another_type_are_still_the_same_parameters()
    {
        using var layer = nn.Linear(3, 2);
        var weight = layer.weight;
        layer.to(ScalarType.Float64);
        Assert.Same(weight, layer.weight);
        Assert.Equal(ScalarType.Float64, weight.dtype);
        Assert.True(weight.requires_grad);
        Assert.Equal(ScalarType.Float64, layer.call(zeros(1, 3, dtype: ScalarType.Float64)).dtype);
    }

    [Fact]
    public void Dropout_changes_nothing_in_evaluation()
    {
        using var dropout = nn.Dropout(0.5);
        using var ones = torch.ones(100);
        Assert.False(ones.allclose(dropout.call(ones)));
        dropout.eval();
        Assert.True(ones.allclose(dropout.call(ones)));
    }

    [Fact]
    public void A_picture_of_wrong_dimensions_is_refused_by_batch_norm()
    {
        using var norm = nn.BatchNorm2d(3);
        Assert.Throws<ArgumentException>(() => norm.call(zeros(2, 3)));
    }

    private sealed class Nested : nn.Module<Tensor, Tensor>
    {
        private readonly ModuleList<Linear> layers = nn.ModuleList(nn.Linear(2, 2), nn.Linear(2, 2));
        private readonly Parameter own = new(zeros(2));
        private readonly Tensor counter = zeros(1);

        public Nested() : base(nameof(Nested)) => RegisterComponents();

        public override Tensor forward(Tensor input) => layers.Aggregate(input + own + counter, (x, layer) => layer.call(x));
    }
}
