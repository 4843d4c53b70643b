using FaceMix.Datasets;
using FaceMix.Latents;
using FaceMix.Networks;
using FaceMix.Trainer.Losses;
using FaceMix.Trainer.Losses.Perceptual;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>One training step, from the bytes of a batch to moved weights. It is a function of the run's state, the batch and the seed.</summary>
public static class TrainingStep
{
    /// <param name="run">Changed by the step.</param>
    /// <param name="pixels">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="next">The batch after it.</param>
    /// <param name="progress">Part of the run that is over, 0 to 1.</param>
    /// <param name="whole">Pictures in the shares of all processes, where several train together; null: N.</param>
    /// <param name="staged">The same pixels in pinned memory (see <see cref="Pixels.Pin"/>); null: they are copied now.</param>
    public static StepReport Step(this TrainingRun run, byte[] pixels, int count, BatchPosition next, double progress, int? whole = null, Tensor? staged = null)
    {
        using var scope = NewDisposeScope();
        var (model, optimizer, loss, step) = (run.Model, run.Optimizer, run.Loss, run.State.Step);
        var (training, options) = (run.Preset.Training, run.Preset.Model);
        var adversary = run.Adversary?.JoinsAt(step) == true ? run.Adversary : null;
        var (parallel, all) = (run.Parallel, whole ?? count);
        optimizer.Rate = LearningRate.At(training, step, progress);

        // The batch. Noise comes from seed and step, so that a resumed run draws what an uninterrupted one would have.
        var target = staged is null ? Pixels.ToTensor(pixels, count, model, run.Device) : Pixels.ToTensor(staged, count, model, run.Device); // [N, C, H, W]
        target = target.to(run.Type);
        var noise = run.Draw(run.Seed, [count, options.Latent], all); // [N, latent]
        var input = training.InputNoise > 0 ? Spoilt(target, run.Draw(~run.Seed, target.shape, all), training.InputNoise, model.Network.Range) : target;
        if (options.Dropout > 0)
            manual_seed((long)(SplitMix64.Mix(run.Seed ^ SplitMix64.Mix((ulong)step ^ ((ulong)(parallel?.Group.Rank ?? 0) << 48))) >> 1));

        // Forward.
        model.train();
        var before = new ForwardState(model);
        var output = model.call(input, noise);
        var picture = output.Pictures[^1];

        // Losses.
        var terms = loss.Terms(output, target, loss.KlWeight(progress, run.State.Next.Epoch));
        if (run.Perceptual is { } network)
            terms.Add(new("perceptual", run.Preset.Perceptual.Weight, PerceptualLoss.Of(network, loss.Unit(picture), loss.Unit(target))));
        if (adversary is not null)
            terms.Add(adversary.Term(picture));
        var total = VaeLoss.Total(terms);

        // Backward, over the shares of all processes, and clipping.
        optimizer.ZeroGrad();
        if (parallel is null)
            total.backward();
        else
            parallel.Backward(model, total, count, all);
        var norm = optimizer.Clip(training.ClipNorm);

        // Only now are numbers read, because a GPU is waited for then.
        var numbers = stack(terms.Select(term => term.Raw).Append(total).Append(norm)).detach().to(ScalarType.Float64).cpu().data<double>().ToArray();
        parallel?.Average(numbers.AsSpan(..^1), count, all);
        var (sum, length) = (numbers[^2], numbers[^1]);
        var values = terms.Zip(numbers, (term, value) => new TermValue(term.Name, term.Weight, value)).ToList();
        var skipped = !double.IsFinite(sum) || !double.IsFinite(length) || (training.SkipNorm > 0 && length > training.SkipNorm);

        if (skipped)
        {
            before.Restore();
        }
        else
        {
            optimizer.Step();
            // Every process's average would be the same, and only rank 0's is read.
            if (parallel is null or { Group.IsFirst: true })
                run.Average.Update(step);
            if (adversary is not null)
                values.Add(new("discriminator", 0, adversary.Step(target, picture, parallel, all)));
        }
        run.State = run.State with { Step = step + 1, Pictures = run.State.Pictures + all, Skipped = run.State.Skipped + (skipped ? 1 : 0), Next = next };
        return new StepReport(sum, values, optimizer.Rate, length, skipped);
    }

    // What a denoising network sees: the pictures under Gaussian noise, whose deviation is a part of the pixels' range.
    private static Tensor Spoilt(Tensor target, Tensor noise, double deviation, PixelRange range)
    {
        var (low, high) = range == PixelRange.Signed ? (-1, 1) : (0, 1);
        return (target + (noise * (deviation * (high - low)))).clamp(low, high);
    }
}
