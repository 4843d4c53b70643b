using FaceMix.Latents;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class SchedulesAndAverages
{
    [Fact]
    public void The_average_follows_its_formula()
    {
        using var module = nn.Linear(1, 1, hasBias: false);
        using var noGrad = no_grad();
        module.weight.fill_(1f);
        using var average = new WeightAverage(module, keep: 0.5);
        double expected = 1;
        for (var step = 0; step < 30; step++)
        {
            module.weight.fill_((float)step);
            average.Update(step);
            var kept = Math.Min(0.5, (1.0 + step) / (10.0 + step));
            expected = (kept * expected) + ((1 - kept) * step);
        }

        Assert.Equal(expected, average.Averages.Single().Average.item<float>(), 4);
    }

    [Fact]
    public void The_average_can_be_put_into_another_model()
    {
        using var module = nn.Linear(3, 2);
        using var other = nn.Linear(3, 2);
        using var average = new WeightAverage(module, keep: 0.9);

        average.CopyTo(other);

        Assert.Equal(module.weight.data<float>().ToArray(), other.weight.data<float>().ToArray());
    }

    [Fact]
    public void Where_nothing_is_averaged_the_average_is_the_model_itself()
    {
        using var module = nn.Linear(3, 2);
        using var other = nn.Linear(3, 2);
        var before = Tensor.TotalCount;
        using (var average = new WeightAverage(module, keep: 0))
        {
            Assert.Equal(before, Tensor.TotalCount);
            using var noGrad = no_grad();
            module.weight.fill_(4f);
            average.Update(0);
            average.CopyTo(other);
        }

        Assert.Equal(module.weight.data<float>().ToArray(), other.weight.data<float>().ToArray());
    }

    [Fact]
    public void The_learning_rate_rises_then_falls_to_its_end()
    {
        var options = new TrainingOptions { LearningRate = 1, FinalRate = 0.1, WarmupSteps = 10 };

        Assert.Equal(0.1, LearningRate.At(options, 0, 0), 6);
        Assert.Equal(1, LearningRate.At(options, 9, 0), 6);
        Assert.Equal(0.55, LearningRate.At(options, 100, 0.5), 6);
        Assert.Equal(0.1, LearningRate.At(options, 100, 1), 6);
    }

    [Fact]
    public void Progress_is_that_of_whichever_limit_is_nearer()
    {
        var state = new RunState { Step = 30, Elapsed = TimeSpan.FromSeconds(10) };

        Assert.Equal(0.3, new RunLimits(null, 100).Progress(state), 6);
        Assert.Equal(0.5, new RunLimits(TimeSpan.FromSeconds(20), 100).Progress(state), 6);
        Assert.Equal(1, new RunLimits(TimeSpan.FromSeconds(5), 0).Progress(state), 6);
    }

    [Fact]
    public void Noise_is_normal_and_depends_on_seed_and_step_alone()
    {
        var noise = Noise.Normal(1, 2, 100_001);

        Assert.Equal(noise[..10], Noise.Normal(1, 2, 10));
        Assert.NotEqual(noise[..10], Noise.Normal(1, 3, 10));
        Assert.NotEqual(noise[..10], Noise.Normal(2, 2, 10));
        Assert.Equal(0, noise.Average(), 0.02);
        Assert.Equal(1, noise.Average(x => x * x), 0.02);
        Assert.Equal(3, noise.Average(x => Math.Pow(x, 4)), 0.1);
    }

    [Fact]
    public void A_long_history_is_thinned_and_survives_a_file()
    {
        using var folder = new TemporaryFolder();
        var history = new History();
        for (var step = 1; step <= 50_000; step++)
            history.Add(new RunState { Step = step, Elapsed = TimeSpan.FromSeconds(step) }, new StepReport(step, [new("kl", 1, 2 * step)], 1e-3, 1, false));
        history.Save(folder.File("history.csv"));

        var read = History.Load(folder.File("history.csv"), lastStep: 25_000);

        Assert.InRange(history.Rows.Count, 1000, 2001);
        Assert.All(read.Rows, row => Assert.True(row.Step <= 25_000));
        Assert.Equal(history.StepsPerRow, read.StepsPerRow);
        Assert.True(read.Rows[^1].Values["kl"] > read.Rows[^1].Values["total"]);
    }
}
