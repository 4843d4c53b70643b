using System.Globalization;
using FaceMix.Datasets;
using FaceMix.Trainer.Training;
using FaceMix.Trainer.Training.Parallel;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training.Parallel;

public sealed class DataParallelTests
{
    // Three batches of 16 and one of 6: four processes have shares of 4, and then of 2, 2, 1 and 1.
    private const int Faces = 54;

    // The schedules' last step, however early a process ends.
    private const int Steps = 20;

    private const string WithADiscriminator = "adversarial.weight=0.1 adversarial.width=4 adversarial.scales=1 training.input_noise=0.05";

    [NeedsOpenMpi]
    public void After_twenty_steps_in_float64_two_processes_have_the_weights_that_one_has() => AssertEqualsOne(2, "");

    [NeedsOpenMpi]
    public void After_twenty_steps_in_float64_four_processes_have_the_weights_that_one_has() => AssertEqualsOne(4, "");

    [NeedsOpenMpi]
    public void Against_a_discriminator_and_with_noise_on_what_the_encoder_sees_two_processes_have_the_weights_that_one_has() => AssertEqualsOne(2, WithADiscriminator);

    [NeedsOpenMpi]
    public void Without_synchronised_batch_norm_two_processes_differ_from_one()
    {
        var alone = Train(0, "float64", until: 3)[0];

        var together = Train(2, "float64", until: 3, changes: "training.sync_batch_norm=false")[0];

        Assert.True(Furthest(alone.Weights, together.Weights) > 1e-5);
    }

    [NeedsOpenMpi]
    public void In_float32_the_losses_of_four_processes_agree_with_those_of_one_and_all_four_have_the_same_bits()
    {
        var alone = Train(0, "float32")[0];

        var together = Train(4, "float32");

        Assert.All(alone.Losses.Zip(together[0].Losses), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, 1e-3));
        Assert.All(together, rank => Assert.Equal(together[0].Weights, rank.Weights));
    }

    [NeedsOpenMpi]
    public void In_bfloat16_the_losses_of_two_processes_agree_with_those_of_one_as_far_as_its_digits_go()
    {
        const string bf16 = "training.precision=bf16";
        var alone = Train(0, "float32", changes: bf16)[0];

        var together = Train(2, "float32", changes: bf16)[0];

        Assert.All(alone.Losses.Zip(together.Losses), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, 0.03));
    }

    [NeedsOpenMpi]
    public void A_checkpoint_of_two_processes_goes_on_in_one_and_one_of_one_in_three()
    {
        using var folder = new TemporaryFolder();
        var whole = Train(0, "float32")[0];

        Train(2, "float32", until: 6, to: folder.File("two"));
        Train(0, "float32", until: 12, from: folder.File("two"), to: folder.File("one"));
        var rest = Train(3, "float32", from: folder.File("one"))[0];

        Assert.Equal(Steps - 12, rest.Losses.Length);
        Assert.All(whole.Losses[12..].Zip(rest.Losses), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, 1e-3));
    }

    internal static IEnumerable<double> Work(ProcessGroup group, string[] arguments)
    {
        var (type, until, from, to) = (arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture), arguments[2], arguments[3]);
        set_default_dtype(type == "float64" ? ScalarType.Float64 : ScalarType.Float32);
        using var run = new TrainingRun(TinyRun.Preset(arguments[4..]), TinyRun.Seed);
        if (!group.IsFirst)
        {
            // Only rank 0's weights may count.
            using var noGrad = no_grad();
            foreach (var parameter in run.Model.parameters())
                parameter.add_(1);
        }
        else if (from != "-")
        {
            Checkpoint.Load(run, from);
        }
        using var parallel = run.Parallel = group.Size > 1 ? new DataParallel(group, run) : null;
        var losses = Step(run, group, until);
        if (to != "-" && group.IsFirst)
            Checkpoint.Save(run, to);
        var weights = run.Model.parameters().SelectMany(parameter => parameter.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray());
        return [losses.Count, .. losses, .. weights];
    }

    private static List<double> Step(TrainingRun run, ProcessGroup group, int until)
    {
        using var source = TinyRun.Faces(Faces);
        using var loader = new BatchLoader(source, new BatchLoaderOptions
        {
            BatchSize = run.Preset.Training.Batch,
            Seed = TinyRun.Seed,
            DropLast = false,
            Start = run.State.Next,
            Rank = group.Rank,
            WorldSize = group.Size,
        });
        var losses = new List<double>();
        while (run.State.Step < until)
        {
            using var batch = loader.Next(CancellationToken.None)!;
            losses.Add(run.Step(batch.Pixels, batch.Count, batch.NextPosition, run.State.Step / (double)Steps, batch.WholeCount).Total);
        }
        return losses;
    }

    private static void AssertEqualsOne(int processes, string changes)
    {
        var alone = Train(0, "float64", changes: changes)[0];

        var together = Train(processes, "float64", changes: changes)[0];

        Assert.Equal(Steps, together.Losses.Length);
        Assert.InRange(Furthest(alone.Losses, together.Losses), 0, 1e-8);
        Assert.InRange(Furthest(alone.Weights, together.Weights), 0, 1e-8);
    }

    /// <param name="processes">0: one, without MPI.</param>
    /// <param name="type"><c>float32</c> or <c>float64</c>.</param>
    /// <param name="until">The last step.</param>
    /// <param name="from">A checkpoint to begin with, or <c>-</c>.</param>
    /// <param name="to">Where to leave a checkpoint, or <c>-</c>.</param>
    /// <param name="changes">Of the preset, as <c>--set</c> takes them, with blanks between.</param>
    private static List<(double[] Losses, double[] Weights)> Train(int processes, string type, int until = Steps, string from = "-", string to = "-", string changes = "") =>
        [.. Ranks.Run(processes, [nameof(DataParallelTests), type, $"{until}", from, to, .. changes.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
            .Select(numbers => (numbers[1..((int)numbers[0] + 1)], numbers[((int)numbers[0] + 1)..]))];

    private static double Furthest(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
    }
}
