using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class TrainingTests
{
    private const int Steps = 10;

    // The two run the same kernels; what differs is the order in which some threads add.
    private const double Tolerance = 1e-4;

    [NeedsPythonTorch]
    public void Ten_Adam_steps_of_a_convolutional_vae_agree_with_Python() =>
        Compare(model => optim.Adam(model.parameters(), lr: 2e-3, weight_decay: 1e-3), new() { ["optimizer"] = "Adam", ["lr"] = "2e-3", ["weight_decay"] = "1e-3" });

    [NeedsPythonTorch]
    public void Ten_AdamW_steps_agree_with_Python() =>
        Compare(model => optim.AdamW(model.parameters(), lr: 2e-3, weight_decay: 0.05), new() { ["optimizer"] = "AdamW", ["lr"] = "2e-3", ["weight_decay"] = "0.05" });

    [NeedsPythonTorch]
    public void Ten_steps_of_descent_with_momentum_agree_with_Python() =>
        Compare(model => optim.SGD(model.parameters(), 0.05, momentum: 0.9), new() { ["optimizer"] = "SGD", ["lr"] = "0.05", ["momentum"] = "0.9" });

    [Fact]
    public void A_small_convolutional_vae_learns()
    {
        manual_seed(1);
        using var model = new SmallVae();
        using var adam = optim.Adam(model.parameters(), lr: 3e-3);
        using var pictures = rand(8, 3, 1, 1).expand(8, 3, 16, 16).contiguous();
        var losses = Enumerable.Range(0, 30).Select(_ => Step(model, adam, pictures, randn(8, 4))).ToList();
        Assert.True(losses[^1] < 0.8 * losses[0], $"{losses[0]} -> {losses[^1]}");
    }

    [Fact]
    public void An_optimizer_that_was_given_anothers_state_goes_on_as_that_one_does()
    {
        manual_seed(2);
        using var pictures = rand(4, 3, 16, 16);
        using var noise = zeros(4, 4);
        using var first = new SmallVae();
        using var firstAdam = optim.Adam(first.parameters(), lr: 1e-3);
        for (var i = 0; i < 3; i++) Step(first, firstAdam, pictures, noise.clone());

        using var second = new SmallVae();
        second.load_state_dict(first.state_dict());
        using var secondAdam = optim.Adam(second.parameters(), lr: 9);
        secondAdam.load_state_dict(firstAdam.state_dict());

        Assert.Equal(3, ((Adam.State)secondAdam.state_dict().State[0]).step);
        for (var i = 0; i < 3; i++)
            Assert.Equal(Step(first, firstAdam, pictures, noise.clone()), Step(second, secondAdam, pictures, noise.clone()));
    }

    [Fact]
    public void A_learning_rate_that_is_changed_counts_from_the_next_step()
    {
        using var weight = new Parameter(ones(3));
        using var sgd = optim.SGD([weight], 0.5);
        weight.sum().backward();
        foreach (var group in sgd.ParamGroups) group.LearningRate = 0.25;
        sgd.step();
        Assert.Equal(0.75f, weight[0].item<float>());
    }

    [Fact]
    public void Gradients_are_scaled_down_to_the_norm_that_was_asked_for_and_never_up()
    {
        using var weight = new Parameter(zeros(4));
        weight.grad = full(4, 3.0);
        Assert.Equal(6, nn.utils.clip_grad_norm_([weight], 1.5), 4);
        Assert.Equal(1.5, weight.grad!.norm().item<float>(), 4);
        nn.utils.clip_grad_norm_([weight], 100);
        Assert.Equal(1.5, weight.grad!.norm().item<float>(), 4);
    }

    private static double Step(SmallVae model, optim.Optimizer optimizer, Tensor pictures, Tensor noise)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = SmallVae.Loss(model.call(pictures, noise), pictures);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private static void Compare(Func<nn.Module, optim.Optimizer> make, Dictionary<string, string> settings)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var model = new SmallVae();
        var pictures = rand(6, 3, 16, 16);
        var noise = Enumerable.Range(0, Steps).Select(_ => randn(6, 4)).ToArray();
        var expected = PythonScript.Run(
            Repository.PathOf("tests", "TorchSharp.Tests", "adam_steps.py"),
            [
                .. model.state_dict().Select(entry => Comparison.Named($"model.{entry.Key}", entry.Value)),
                .. noise.Select((tensor, i) => Comparison.Named($"noise.{i}", tensor)),
                Comparison.Named("pictures", pictures),
            ],
            settings);

        using var optimizer = make(model);
        var losses = new List<double>();
        for (var step = 0; step < Steps; step++)
        {
            optimizer.zero_grad();
            var loss = SmallVae.Loss(model.call(pictures, noise[step]), pictures);
            loss.backward();
            if (step == 0)
            {
                foreach (var (name, parameter) in model.named_parameters())
                    Comparison.Near(expected[$"grad.{name}"], parameter.grad!, Tolerance, $"gradient of {name}");
            }
            optimizer.step();
            losses.Add(loss.item<float>());
        }
        Comparison.Near(expected["losses"], tensor(losses.ToArray()), Tolerance, "loss");
        foreach (var (name, value) in model.state_dict()) Comparison.Near(expected[$"model.{name}"], value, Tolerance, name);
        model.eval();
        Comparison.Near(expected["evaluated"], model.call(pictures, zeros_like(noise[0])).picture, Tolerance, "picture");
    }
}
