using System.Diagnostics;
using System.Globalization;
using FaceMix.Benchmarks.Training.Plain;
using FaceMix.Networks;
using FaceMix.Trainer;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Benchmarks.Training;

/// <summary>What a worker is to train.</summary>
/// <param name="Preset">A preset that comes with the Trainer.</param>
/// <param name="Batch">Pictures a step.</param>
/// <param name="Threads">Of the CPU.</param>
/// <param name="Plain">Whether in plain TorchSharp, not by the Trainer.</param>
/// <param name="Device">As <c>--device</c> takes it.</param>
/// <param name="Precision">As the preset takes it; plain TorchSharp has float32 alone.</param>
internal sealed record TrainingTask(string Preset, int Batch, int Threads, bool Plain, string Device, string Precision)
{
    public string[] Arguments => [TrainingWorker.Verb, Preset, $"{Batch}", $"{Threads}", $"{Plain}", Device, Precision];

    public static TrainingTask Of(string[] arguments) => new(
        arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture), int.Parse(arguments[3], CultureInfo.InvariantCulture), bool.Parse(arguments[4]), arguments[5], arguments[6]);
}

/// <summary>
/// Trains a preset in a process of its own, as many steps at a time as a line of standard input says; what
/// <c>train.py</c> does in Python. Each line answers with the seconds it took and the last loss; at the end of the input
/// comes the peak of the resident memory in bytes.
/// </summary>
internal static class TrainingWorker
{
    public const string Verb = "training-worker";

    public static void Run(TrainingTask task)
    {
        set_num_threads(task.Threads);
        var preset = PresetReader.Read(task.Preset, [$"training.batch={task.Batch}", $"training.precision={task.Precision}"]);
        var size = preset.Model.ImageSize;
        var pixels = new byte[task.Batch * size * size * 3];
        new Random(1).NextBytes(pixels);
        var step = task.Plain ? Plain(task, preset, pixels) : Ours(task, preset, pixels);
        while (Console.ReadLine() is { } line)
        {
            var begun = Stopwatch.GetTimestamp();
            var loss = 0.0;
            // Each step's loss is waited for.
            for (var i = int.Parse(line, CultureInfo.InvariantCulture); i > 0; i--)
                loss = step();
            Console.WriteLine(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(begun).TotalSeconds} {loss}"));
        }
        Console.WriteLine(Process.GetCurrentProcess().PeakWorkingSet64);
    }

    private static Func<double> Ours(TrainingTask task, Preset preset, byte[] pixels)
    {
        // As the Trainer's program begins.
        NativeHeap.KeepFreed();
        var run = new TrainingRun(preset, seed: 1, Devices.Choose(task.Device));
        // As the loader's threads leave them.
        var staged = Devices.IsGpu(run.Device) ? Pixels.Pin(pixels) : null;
        return () => run.Step(pixels, task.Batch, default, progress: 0.5, staged: staged).Total;
    }

    private static Func<double> Plain(TrainingTask task, Preset preset, byte[] pixels)
    {
        var device = Devices.Choose(task.Device);
        random.manual_seed(1);
        var model = PlainVae.Of(task.Preset);
        model.to(device);
        var learnt = model.parameters().Sum(parameter => parameter.numel());
        if (learnt != NetworkDescription.Of(preset.Model).Learnt)
            throw new UsageException($"{task.Preset} in plain TorchSharp learns {learnt} numbers, the preset {NetworkDescription.Of(preset.Model).Learnt}.");
        var optimizer = model.Optimizer();
        model.train();
        return () =>
        {
            using var scope = NewDisposeScope();
            var target = tensor(pixels, [task.Batch, model.Size, model.Size, 3], device: device).permute(0, 3, 1, 2).to(ScalarType.Float32).contiguous();
            target = model.Signed ? (target / 127.5) - 1 : target / 255;
            var loss = model.Loss(model.call(target, randn(task.Batch, model.Latent, device: device)), target);
            optimizer.zero_grad();
            loss.backward();
            if (model.Clip is { } clip)
                nn.utils.clip_grad_norm_(model.parameters(), clip);
            optimizer.step();
            return loss.item<float>();
        };
    }
}
