using FaceMix.Datasets;
using FaceMix.Evaluation;
using FaceMix.Latents;
using FaceMix.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Training;

/// <summary>Trains a <see cref="Judge"/> on originals until it is sure of every attribute, or its steps are used up.</summary>
public static class JudgeTraining
{
    /// <summary>Accuracy on every attribute at which training ends.</summary>
    public const double GoodEnough = 0.975;

    private const int Batch = 64;
    private const int StepsBetweenLooks = 200;
    private const int FacesPerLook = 1000;
    private const double LearningRateTop = 2e-3;

    /// <param name="source">Faces to learn from; the last <see cref="FacesPerLook"/> of them are looked at only.</param>
    /// <param name="seed">Decides first weights and order.</param>
    /// <param name="maxSteps">Steps at most.</param>
    /// <param name="progress">Hears of every step.</param>
    /// <param name="say">Hears at the end which attribute it is least sure of.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="device">Where it learns and stays; null: the CPU.</param>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public static Judge Train(IFaceSource source, ulong seed, int maxSteps, IProgress<(int Done, int Total)> progress, Action<string> say, CancellationToken cancellation, Device? device = null)
    {
        manual_seed((long)(SplitMix64.Mix(seed) >> 1));
        var judge = new Judge(source.Size, source.AttributeNames.Count).to(device ?? CPU);
        using var optimizer = new FusedAdam(judge.parameters(), LearningRateTop) { Decoupled = true, WeightDecay = 1e-3 };
        using var loader = new BatchLoader(source, new BatchLoaderOptions { BatchSize = Batch, Seed = seed, Ahead = 2 });
        var looked = source.ReadSpread(FacesPerLook);
        var truth = Enumerable.Range(0, FacesPerLook).Select(i => source.Attributes((int)((long)i * source.Count / FacesPerLook))).ToArray();
        AttributeScore? worst = null;
        var step = 0;
        for (; step < maxSteps && worst is not { Accuracy: >= GoodEnough }; step++)
        {
            optimizer.Rate = LearningRateTop * Math.Min(1, (step + 1) / 100.0) * (0.02 + (0.98 * 0.5 * (1 + Math.Cos(Math.PI * step / maxSteps))));
            cancellation.ThrowIfCancellationRequested();
            using (var batch = loader.Next(cancellation)!)
                Step(judge, optimizer, batch, source);
            progress.Report((step + 1, maxSteps));
            if ((step + 1) % StepsBetweenLooks == 0 || step + 1 == maxSteps)
                worst = AttributeScores.Of(Answers(judge, looked, FacesPerLook, source.Size), truth, source.AttributeNames).MinBy(score => score.Accuracy);
        }
        if (step < maxSteps)
            progress.Report((maxSteps, maxSteps));
        say($"The judge reads every attribute right on {worst!.Accuracy:0.0%} of {FacesPerLook} faces or more; the hardest is {worst.Attribute}.");
        judge.eval();
        return judge;
    }

    /// <summary>Reads attributes off pictures.</summary>
    /// <param name="judge">Trained.</param>
    /// <param name="rgb">uint8 [N, H, W, 3].</param>
    /// <param name="count">N.</param>
    /// <param name="size">H and W.</param>
    /// <returns>One mask a picture.</returns>
    public static AttributeMask[] Answers(Judge judge, byte[] rgb, int count, int size)
    {
        const int some = 200;
        var bytes = size * size * 3;
        var masks = new AttributeMask[count];
        var device = Devices.Of(judge);
        judge.eval();
        using var noGrad = no_grad();
        for (var first = 0; first < count; first += some)
        {
            using var scope = NewDisposeScope();
            var n = Math.Min(some, count - first);
            var logits = judge.call(Pixels.ToTensor(rgb.AsSpan(first * bytes, n * bytes).ToArray(), n, size, device));
            var values = logits.cpu().contiguous().data<float>().ToArray();
            var attributes = values.Length / n;
            for (var i = 0; i < values.Length; i++)
                masks[first + (i / attributes)] |= values[i] > 0 ? AttributeMask.Of(i % attributes) : AttributeMask.None;
        }
        return masks;
    }

    private static void Step(Judge judge, FusedAdam optimizer, FaceBatch batch, IFaceSource source)
    {
        using var scope = NewDisposeScope();
        judge.train();
        var attributes = source.AttributeNames.Count;
        var wanted = new float[batch.Count * attributes];
        for (var i = 0; i < wanted.Length; i++)
            wanted[i] = batch.Attributes[i / attributes].Has(i % attributes) ? 1 : 0;
        var device = Devices.Of(judge);
        var logits = judge.call(Pixels.ToTensor(batch.Pixels, batch.Count, source.Size, device));
        var loss = nn.functional.binary_cross_entropy_with_logits(logits, Devices.Send(tensor(wanted, [batch.Count, attributes]), device));
        optimizer.ZeroGrad();
        loss.backward();
        optimizer.Step();
    }
}
