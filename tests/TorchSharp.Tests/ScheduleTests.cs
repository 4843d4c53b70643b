using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;
using Schedules = TorchSharp.torch.optim.lr_scheduler;

namespace FaceMix.Tests.TorchSharpRoom;

public class ScheduleTests
{
    private const int Epochs = 30;

    private static readonly Dictionary<string, (Func<Optimizer, Schedules.LRScheduler> Here, string There)> All = new()
    {
        ["step"] = (o => Schedules.StepLR(o, 7, 0.5), "S.StepLR(o, 7, 0.5)"),
        ["milestones"] = (o => Schedules.MultiStepLR(o, [4, 11], 0.3), "S.MultiStepLR(o, [4, 11], 0.3)"),
        ["exponential"] = (o => Schedules.ExponentialLR(o, 0.9), "S.ExponentialLR(o, 0.9)"),
        ["constant"] = (o => Schedules.ConstantLR(o, 0.25, 6), "S.ConstantLR(o, 0.25, 6)"),
        ["linear"] = (o => Schedules.LinearLR(o, 0.2, 0.8, 9), "S.LinearLR(o, 0.2, 0.8, 9)"),
        ["cosine"] = (o => Schedules.CosineAnnealingLR(o, 8, 0.01), "S.CosineAnnealingLR(o, 8, 0.01)"),
        ["lambda"] = (o => Schedules.LambdaLR(o, epoch => 1.0 / (1 + epoch)), "S.LambdaLR(o, lambda epoch: 1.0 / (1 + epoch))"),
        ["multiplicative"] = (o => Schedules.MultiplicativeLR(o, epoch => epoch % 2 == 0 ? 0.9 : 1.1), "S.MultiplicativeLR(o, lambda epoch: 0.9 if epoch % 2 == 0 else 1.1)"),
        ["sequence"] = (o => Schedules.SequentialLR(o, [Schedules.LinearLR(o, 0.1, 1, 5), Schedules.ExponentialLR(o, 0.8)], [5]), "S.SequentialLR(o, [S.LinearLR(o, 0.1, 1, 5), S.ExponentialLR(o, 0.8)], [5])"),
        ["cycle"] = (o => Schedules.CyclicLR(o, 0.01, 0.2, 4, 6), "S.CyclicLR(o, 0.01, 0.2, 4, 6)"),
        ["cycle that halves"] = (o => Schedules.CyclicLR(o, 0.01, 0.2, 4, mode: Schedules.impl.CyclicLR.Mode.Triangular2), "S.CyclicLR(o, 0.01, 0.2, 4, mode='triangular2')"),
        ["cycle that fades"] = (o => Schedules.CyclicLR(o, 0.01, 0.2, 4, mode: Schedules.impl.CyclicLR.Mode.ExpRange, gamma: 0.9), "S.CyclicLR(o, 0.01, 0.2, 4, mode='exp_range', gamma=0.9)"),
        ["one cycle"] = (o => Schedules.OneCycleLR(o, 0.3, total_steps: 31), "S.OneCycleLR(o, 0.3, total_steps=31)"),
        ["one cycle in three"] = (o => Schedules.OneCycleLR(o, 0.3, epochs: 4, steps_per_epoch: 8, anneal_strategy: Schedules.impl.OneCycleLR.AnnealStrategy.Linear, three_phase: true), "S.OneCycleLR(o, 0.3, epochs=4, steps_per_epoch=8, anneal_strategy='linear', three_phase=True)"),
        ["plateau"] = (o => Schedules.ReduceLROnPlateau(o, factor: 0.5, patience: 2, cooldown: 1), "S.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=1)"),
    };

    private static readonly Dictionary<string, (Func<Parameter[], Optimizer> Here, string There)> Optimizers = new()
    {
        ["optimizer rmsprop"] = (p => RMSProp(p, 0.01, 0.9, weight_decay: 0.1), "torch.optim.RMSprop(p, 0.01, 0.9, weight_decay=0.1)"),
        ["optimizer rmsprop, centred, with momentum"] = (p => RMSProp(p, 0.01, momentum: 0.7, centered: true), "torch.optim.RMSprop(p, 0.01, momentum=0.7, centered=True)"),
        ["optimizer sgd by group"] = (p => SGD([new SGD.ParamGroup(p, 0.05, 0.8, weight_decay: 0.1, nesterov: true)], 0.1), "torch.optim.SGD(p, 0.05, 0.8, weight_decay=0.1, nesterov=True)"),
    };

    [NeedsPythonTorch]
    public void Rates_momenta_and_steps_are_those_that_Python_has()
    {
        using var scope = NewDisposeScope();
        var (weight, gradients) = (Comparison.Numbers(1, 4, 3), Comparison.Numbers(2, 10, 4, 3));
        var losses = tensor(Enumerable.Range(0, Epochs).Select(i => 1f / (1 + Math.Min(i, 6)) + (i % 5 * 0.01f)).ToArray());
        var expected = PythonScript.Run(
            Repository.PathOf("tests", "TorchSharp.Tests", "schedules.py"),
            [Comparison.Named("weight", weight), Comparison.Named("gradients", gradients), Comparison.Named("losses", losses)],
            All.Select(one => (one.Key, one.Value.There)).Concat(Optimizers.Select(one => (one.Key, one.Value.There))).ToDictionary());

        foreach (var (name, (here, _)) in All)
        {
            using var parameter = new Parameter(weight.clone());
            using var optimizer = SGD([parameter], 0.1, 0.9);
            var scheduler = here(optimizer);
            var found = new float[Epochs, 2];
            for (var epoch = 0; epoch < Epochs; epoch++)
            {
                var group = optimizer.ParamGroups.Single();
                (found[epoch, 0], found[epoch, 1]) = ((float)group.LearningRate, (float)((IMomentum)group).Momentum);
                if (name == "plateau") scheduler.step((double)losses[epoch].item<float>());
                else scheduler.step();
            }
            Comparison.Near(expected[name], tensor(found), 1e-6, name);
        }

        foreach (var (name, (here, _)) in Optimizers)
        {
            using var parameter = new Parameter(weight.clone());
            using var optimizer = here([parameter]);
            for (var i = 0; i < 10; i++)
            {
                parameter.grad = gradients[i];
                optimizer.step();
            }
            Comparison.Near(expected[name], parameter, 1e-5, name);
        }
    }
}
