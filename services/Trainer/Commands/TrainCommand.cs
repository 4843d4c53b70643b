using System.CommandLine;
using System.Text.Json;
using FaceMix.Datasets;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Latents;
using FaceMix.Trainer.Losses.Perceptual;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Reports;
using FaceMix.Trainer.Training;
using FaceMix.Trainer.Training.Parallel;

namespace FaceMix.Trainer.Commands;

/// <summary><c>train</c>: learns, publishes, and puts the labelled faces' latents into the store if one answers.</summary>
internal static class TrainCommand
{
    // So many that none is seen twice within an hour on one core.
    private const int DefaultDrawn = 1_000_000;

    private static readonly Option<string> s_preset = PresetOption();

    private static readonly Option<string[]> s_set = new("--set")
    {
        Description = "Changes one value of the preset, such as training.batch=32; may be given again",
        HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string> s_data = CommonOptions.Data();
    private static readonly Option<string?> s_labels = CommonOptions.Labels();
    private static readonly Option<string> s_models = CommonOptions.Models();

    private static readonly Option<string> s_maxTime = MaxTimeOption("Training time in all; resuming with a longer time goes on");

    private static readonly Option<ulong> s_seed = CommonOptions.Seed("Decides faces, first weights, order and noise");

    private static readonly Option<int> s_count = CountOption();

    private static readonly Option<string?> s_resume = new("--resume")
    {
        Description = "Goes on with a run of the preset's model, or with its newest",
        HelpName = "RUN",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> s_continue = new("--continue")
    {
        Description = "Goes on with the newest run of the preset's model if nothing has come of it yet, or else begins one: for launchers that start a failed job again",
    };

    private static readonly Option<string?> s_credit = CreditOption();

    private static readonly Option<string> s_store = CommonOptions.Store();

    private static readonly Option<int> s_encode = new("--encode")
    {
        Description = "How many labelled faces to put into the store afterwards; 0: none",
        HelpName = "N",
        DefaultValueFactory = _ => 5000,
    };

    private static readonly Option<int> s_threads = CommonOptions.Threads();
    private static readonly Option<string?> s_device = CommonOptions.Device("as the preset's training.device says");
    private static readonly Option<int> s_perNode = Processes.PerNode();
    private static readonly Option<string?> s_hosts = Processes.Hosts();
    private static readonly Option<bool> s_json = CommonOptions.Json();

    public static Option<string> PresetOption() => new("--preset")
    {
        Description = $"What to train: {string.Join(", ", PresetReader.Names)}, or a .yaml file",
        HelpName = "NAME|FILE",
        DefaultValueFactory = _ => "facemix-64",
    };

    public static Option<string> MaxTimeOption(string description) => new("--max-time")
    {
        Description = $"{description}: 90s, 6m, 1h30m; 0s: until training.max_steps or training.epochs",
        HelpName = "TIME",
        DefaultValueFactory = _ => "6m",
    };

    public static Option<int> CountOption() => new("--count")
    {
        Description = "How many faces to draw, where they are drawn",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultDrawn,
    };

    public static Option<string?> CreditOption() => new("--credit")
    {
        Description = "Licence and credit of the pictures, for the card",
        HelpName = "TEXT",
    };

    public static Command Create()
    {
        var command = new Command("train", "Trains a model, publishes it, and puts labelled latents into the store if one answers")
        {
            s_preset, s_data, s_labels, s_models, s_maxTime, s_seed, s_set, s_count, s_resume, s_continue, s_credit, s_store, s_encode, s_threads, s_device, s_perNode, s_hosts, s_json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        if (Processes.Launch(parsed.GetValue(s_perNode), parsed.GetValue(s_hosts), () => GoOn(parsed)) is { } code)
            return code;
        using var interruption = new Interruption();
        using var group = ProcessGroup.Join();
        try
        {
            return await TrainAsync(parsed, interruption, group);
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            if (group is { Size: > 1, HasLeft: false })
                group.Abort(interruption.ExitCode);
            return interruption.ExitCode;
        }
        catch (Exception e) when (group is { Size: > 1, HasLeft: false })
        {
            // The others wait for this one.
            Console.Error.WriteLine(e is UsageException or DataException or ModelStoreException or MpiException or IOException or InvalidDataException or UnauthorizedAccessException ? e.Message : e.ToString());
            group.Abort(e is UsageException ? 2 : 1);
            throw;
        }
    }

    private static async Task<int> TrainAsync(ParseResult parsed, Interruption interruption, ProcessGroup group)
    {
        if (!group.IsFirst)
            Console.SetError(new RankWriter(group.Rank, Console.Error));
        var models = parsed.GetValue(s_models)!;
        Machine.UseThreads(parsed.GetValue(s_threads));
        var (folder, request, preset) = SharedRun.Begin(group, () => Begin(parsed, models, group));
        var device = Devices.Choose(parsed.GetValue(s_device) ?? preset.Training.Device, group.LocalRank);
        using var data = SharedRun.Open(group, () => CommonOptions.Open(
            request.Data, request.Labels, models, preset.Model.ImageSize, preset.Model.Channels == 1, request.Seed, request.Count, preset.Training.HeldOut, interruption.Token, silently: !group.IsFirst));

        using var run = new TrainingRun(preset, request.Seed, device);
        run.Perceptual = group.LocalFirst(() => PerceptualChoice.Open(preset, request, data, models, device, group.IsFirst ? Console.Error.WriteLine : static _ => { }, interruption.Token));
        // What is written and shown is rank 0's.
        using var display = group.IsFirst ? new TrainingProgress() : null;
        using var watch = group.IsFirst ? Storage.Guard("A run's log", folder.FullPath, () => new RunWatch(run, folder.FullPath, data, TimeProvider.System, display!)) : null;
        if (group.IsFirst)
            folder.Checkpoints.Load(run, Console.Error.WriteLine);
        using var score = group.IsFirst && preset.Training.BestMetric != BestMetric.None ? new HeldOutScore(run, data.HeldOut) : null;
        using var parallel = run.Parallel = group.Size > 1 ? new DataParallel(group, run) : null;
        var history = group.IsFirst ? History.Load(folder.HistoryPath, run.State.Step) : new History();
        var limits = RunLimits.Of(request.MaxTimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, preset.Training, data.Training.Count);
        if (group.IsFirst)
            Console.Error.WriteLine($"{preset.Name}: {run.ParameterCount:N0} parameters; run {folder.Name}, {(run.State.Step == 0 ? "from the start" : $"from step {run.State.Step}")}{(group.Size > 1 ? $", {group.Size} processes" : string.Empty)}; on {device} in {Precisions.NameOf(preset.Training.Precision)}");

        var goOn = $"train --preset {preset.Name} --resume {folder.Name}";
        bool finished;
        double waiting;
        try
        {
            watch?.Begin();
            var loop = new TrainingLoop(run, group.IsFirst ? folder : null, history, TimeProvider.System) { Jitters = !data.IsSynthetic, Score = score };
            finished = loop.Run(data.Training, preset.Training.Flip && !data.IsSynthetic, request.Seed, limits, watch ?? (ITrainingObserver)new Observers(), interruption.Token);
            waiting = loop.WaitingShare;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WithAdvice(e, folder, goOn);
        }
        display?.Dispose();
        watch?.Dispose();
        // What is left to do is one process's work, which may take minutes.
        group.Dispose();
        if (!group.IsFirst)
            return 0;
        Console.Error.WriteLine($"Steps waited for their pictures {waiting:0.0%} of the time.");
        if (!finished)
        {
            Console.Error.WriteLine($"Stopped at step {run.State.Step}; everything is saved. Go on with: {goOn}");
            return interruption.ExitCode != 0 ? interruption.ExitCode : Interruption.Terminated;
        }

        ModelVersionId id;
        IReadOnlyDictionary<string, double> metrics;
        try
        {
            (id, metrics) = new VersionWriter(models, parsed.GetValue(s_threads), TimeProvider.System) { Progress = what => new WorkProgress(what) }.Publish(run, request, history, data, request.Seed, folder.FullPath);
            folder.WritePublished(id);
        }
        catch (StorageException e)
        {
            throw WithAdvice(e, folder, goOn);
        }
        Console.Error.WriteLine($"Published {id}: PSNR {metrics["psnr_db"]:0.00} dB on held-out faces, {metrics["mean_picture_psnr_db"]:0.00} dB for their mean picture.");
        var encoded = await EncodeAsync(parsed, models, id.ToString(), data, request.Data, interruption);
        if (parsed.GetValue(s_json))
            Console.WriteLine(JsonSerializer.Serialize(new { model = id.ToString(), run = folder.Name, steps = run.State.Step, processor_seconds = Environment.CpuUsage.TotalTime.TotalSeconds, device = device.ToString(), precision = Precisions.NameOf(preset.Training.Precision), encoded, metrics }));
        return interruption.ExitCode;
    }

    // How to go on after a process was killed.
    private static string GoOn(ParseResult parsed)
    {
        var name = parsed.GetValue(s_set)!.Length > 0 ? PresetReader.Read(parsed.GetValue(s_preset)!, parsed.GetValue(s_set)).Name : PresetReader.NameOf(parsed.GetValue(s_preset)!);
        return RunFolder.Unfinished(parsed.GetValue(s_models)!, name) is { } folder && folder.Checkpoints.LastStep is { } step
            ? $"Step {step} is saved; go on from it, with any number of processes: train --preset {name} --resume {folder.Name}"
            : "Nothing of the run is saved yet.";
    }

    // What stays, and how to go on once there is room.
    private static StorageException WithAdvice(Exception failure, RunFolder folder, string goOn)
    {
        var what = failure is StorageException ? failure.Message : $"{folder.FullPath} cannot be written: {Storage.Reason(failure, folder.FullPath, null)}";
        return new StorageException($"{what}; {(folder.Checkpoints.LastStep is { } step ? $"step {step} is saved, go on from it with: {goOn}" : "nothing of this run is saved yet")}", failure);
    }

    private static (RunFolder Folder, RunRequest Request, Preset Preset) Begin(ParseResult parsed, string models, ProcessGroup group)
    {
        var maxTime = Duration.Parse(parsed.GetValue(s_maxTime)!).TotalSeconds;
        if (parsed.GetResult(s_resume) is not null)
        {
            if (parsed.GetValue(s_set)!.Length > 0)
                throw new UsageException("--set cannot change a run that has begun; begin a new one.");
            var folder = RunFolder.Open(models, PresetReader.NameOf(parsed.GetValue(s_preset)!), parsed.GetValue(s_resume) ?? string.Empty);
            var begun = folder.ReadRequest();
            if (parsed.GetResult(s_maxTime) is { Implicit: false })
                begun = begun with { MaxTimeSeconds = maxTime > 0 ? maxTime : null };
            return (folder, begun, folder.ReadPreset(Console.Error.WriteLine));
        }
        var preset = PresetReader.Read(parsed.GetValue(s_preset)!, parsed.GetValue(s_set));
        if (parsed.GetValue(s_continue) && RunFolder.Unfinished(models, preset.Name) is { } unfinished)
            return (unfinished, unfinished.ReadRequest(), unfinished.ReadPreset(Console.Error.WriteLine));
        Check(preset, maxTime, parsed.GetValue(s_device), group.LocalRank);
        DataParallel.Check(preset, group);
        var request = new RunRequest
        {
            Data = parsed.GetValue(s_data)!,
            Labels = parsed.GetValue(s_labels),
            Seed = parsed.GetValue(s_seed),
            Count = parsed.GetValue(s_count),
            Credit = parsed.GetValue(s_credit),
            MaxTimeSeconds = maxTime > 0 ? maxTime : null,
            Command = Machine.CommandLine(Environment.GetCommandLineArgs()[1..]),
        };
        return (RunFolder.Create(models, preset, request, DateTimeOffset.UtcNow), request, preset);
    }

    /// <summary>What can be known before a run begins that could not go on.</summary>
    /// <exception cref="UsageException">Nothing would end it, or a device or file that it needs is not there.</exception>
    public static void Check(Preset preset, double maxSeconds, string? device, int? localRank = null)
    {
        if (maxSeconds <= 0 && preset.Training is { MaxSteps: 0, Epochs: 0 })
            throw new UsageException("--max-time 0s needs --set training.max_steps=N or training.epochs=N; otherwise nothing would end the run.");
        Devices.Choose(device ?? preset.Training.Device, localRank);
        PerceptualNetworks.Check(preset.Perceptual);
    }

    private static async Task<int> EncodeAsync(ParseResult parsed, string models, string model, FaceData data, string path, Interruption interruption)
    {
        var count = parsed.GetValue(s_encode);
        if (count <= 0 || interruption.ExitCode != 0)
            return 0;
        var (manifest, folder) = ModelLookup.Find(models, model);
        using var faces = new OnnxFaces(folder, manifest.ImageSize, manifest.LatentSize, parsed.GetValue(s_threads));
        try
        {
            return await EncodeCommand.StoreAsync(faces, manifest, data, path, count, parsed.GetValue(s_store)!, interruption.Token);
        }
        catch (StoreUnavailableException e)
        {
            Console.Error.WriteLine($"{e.Message} Once it runs: encode --model {model} --count {count}");
            return 0;
        }
    }
}
