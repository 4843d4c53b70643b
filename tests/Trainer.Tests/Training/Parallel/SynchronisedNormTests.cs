using FaceMix.Trainer.Training.Parallel;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FaceMix.Tests.Trainer.Training.Parallel;

public sealed class SynchronisedNormTests
{
    // Unequal shares: rank r takes rows r, r + n, r + 2n, ...
    private const int Rows = 7;
    private const int Channels = 3;
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;

    [NeedsOpenMpi]
    public void Values_gradients_and_running_statistics_of_two_processes_are_those_of_the_whole_batch()
    {
        Compare(2, affine: true, maps: true, ScalarType.Float64, 1e-12);
        Compare(2, affine: false, maps: true, ScalarType.Float32, 2e-5);
    }

    [NeedsOpenMpi]
    public void Values_gradients_and_running_statistics_of_three_processes_without_scale_and_shift_are_those_of_the_whole_batch() =>
        Compare(3, affine: false, maps: true, ScalarType.Float64, 1e-12);

    // Seven rows of vectors in four processes: one of them has a single number for each channel.
    [NeedsOpenMpi]
    public void A_process_with_a_single_row_of_vectors_normalises_by_the_whole_batch() =>
        Compare(4, affine: true, maps: false, ScalarType.Float64, 1e-12);

    [NeedsOpenMpi]
    public void A_thousand_steps_keep_none_of_their_tensors()
    {
        // One of 0.8 MB kept in each step would be 800; the allocator alone moves by some dozens.
        Assert.All(Ranks.Run(2, nameof(SynchronisedNormTests), "memory"), megabytes => Assert.InRange(megabytes[0], -1000, 200));
    }

    internal static IEnumerable<double> Work(ProcessGroup group, string[] arguments) => arguments[0] == "memory"
        ? [MemoryGrowth(group)]
        : Pass(group, bool.Parse(arguments[0]), bool.Parse(arguments[1]), Enum.Parse<ScalarType>(arguments[2]));

    private static void Compare(int size, bool affine, bool maps, ScalarType type, double tolerance)
    {
        string[] arguments = [nameof(SynchronisedNormTests), $"{affine}", $"{maps}", $"{type}"];
        var whole = Result.Read(Ranks.Run(0, arguments)[0], Rows, affine);
        var parts = Ranks.Run(size, arguments).Select((numbers, rank) => Result.Read(numbers, (Rows - rank + size - 1) / size, affine)).ToList();

        for (var row = 0; row < Rows; row++)
        {
            Close(whole.Output[row], parts[row % size].Output[row / size], tolerance);
            Close(whole.InputGradient[row], parts[row % size].InputGradient[row / size], tolerance);
        }
        Assert.All(parts, part => Close(whole.Statistics, part.Statistics, tolerance));
        // Each process has the gradient of its own share; together they are the whole batch's.
        Close(whole.ParameterGradients, [.. Enumerable.Range(0, whole.ParameterGradients.Length).Select(i => parts.Sum(part => part.ParameterGradients[i]))], tolerance * 10);
    }

    private static void Close(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = Math.Max(1, expected.Select(Math.Abs).DefaultIfEmpty().Max());
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance * scale));
    }

    // Two layers, so that a gradient runs through a normalised value into another normalisation.
    private static IEnumerable<double> Pass(ProcessGroup group, bool affine, bool maps, ScalarType type)
    {
        using var generator = new Generator(3);
        long[] cells = maps ? [5, 4] : [];
        Tensor Draw(params long[] shape) => randn(shape, ScalarType.Float64, generator: generator).to(type);
        var input = (Draw([Rows, Channels, .. cells]) * 3) + 100;
        var weights = Draw([Channels, .. cells]);
        var target = Draw([Rows, Channels, .. cells]);
        (input, target) = (Share(group, input), Share(group, target));
        input = input.detach().requires_grad_();
        var layers = Enumerable.Range(0, 2).Select(_ => new Layer(affine, type)).ToList();
        var hidden = layers[0].Normalise(group, input);
        var output = layers[1].Normalise(group, ((hidden * weights).tanh() * 2) + (hidden * 0.1));
        ((output - target) * (output - target) * weights.sum()).sum().backward();
        return Numbers([output, input.grad!, .. layers.SelectMany(layer => layer.Statistics), .. layers.SelectMany(layer => layer.Gradients)]);
    }

    private static double MemoryGrowth(ProcessGroup group)
    {
        var layer = new Layer(affine: true, ScalarType.Float32);
        var input = randn(16, Channels, 64, 64).requires_grad_(); // 0.8 MB
        long Steps(int count)
        {
            for (var step = 0; step < count; step++)
            {
                using var scope = NewDisposeScope();
                layer.Normalise(group, input * 2).square().mean().backward();
            }
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Environment.WorkingSet;
        }
        var before = Steps(100);
        return (Steps(1000) - before) / 1e6;
    }

    private static Tensor Share(ProcessGroup group, Tensor whole) =>
        stack([.. Enumerable.Range(0, Rows).Where(row => row % group.Size == group.Rank).Select(row => whole[row])]);

    private static IEnumerable<double> Numbers(IEnumerable<Tensor> tensors) =>
        tensors.SelectMany(tensor => tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray());

    private sealed class Layer(bool affine, ScalarType type)
    {
        private readonly Tensor _mean = zeros(Channels, type);
        private readonly Tensor _variance = ones(Channels, type);
        private readonly Tensor? _weight = affine ? tensor(new[] { 0.5, -1.5, 2.0 }).to(type).requires_grad_() : null;
        private readonly Tensor? _bias = affine ? tensor(new[] { 0.1, 0.2, -0.3 }).to(type).requires_grad_() : null;

        public Tensor[] Statistics => [_mean, _variance];

        public Tensor[] Gradients => affine ? [_weight!.grad!, _bias!.grad!] : [];

        public Tensor Normalise(ProcessGroup group, Tensor x) => group.Size == 1
            ? functional.batch_norm(x, _mean, _variance, _weight, _bias, training: true, Momentum, Epsilon)
            : SynchronisedNorm.Of(group, x, _mean, _variance, _weight, _bias, Momentum, Epsilon);
    }

    private sealed record Result(double[][] Output, double[][] InputGradient, double[] Statistics, double[] ParameterGradients)
    {
        public static Result Read(double[] numbers, int rows, bool affine)
        {
            var parameters = affine ? 4 * Channels : 0;
            var row = (numbers.Length - (4 * Channels) - parameters) / 2 / rows;
            return new(
                [.. numbers[..(rows * row)].Chunk(row)],
                [.. numbers[(rows * row)..(2 * rows * row)].Chunk(row)],
                numbers[(2 * rows * row)..^parameters],
                numbers[^parameters..]);
        }
    }
}
