using System.Diagnostics;
using System.Globalization;
using FaceMix.Datasets;
using FaceMix.Imaging;
using FaceMix.Latents;
using FaceMix.ModelStore;
using FaceMix.Networks;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Training;
using static TorchSharp.torch;
using Storage = FaceMix.ModelStore.Storage;

namespace FaceMix.Trainer.Reports;

/// <param name="Step">Steps done.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Minutes">Training time.</param>
/// <param name="File">Name of the picture.</param>
public sealed record RunPicture(long Step, int Epoch, double Minutes, string File);

/// <summary>
/// What a run's averaged weights make of the same held-out faces and the same noise, at its start, at the end of every epoch and from time
/// to time within long ones: <see cref="Columns"/> reconstructions above <see cref="SampleRows"/> rows of samples, kept in the run's folder.
/// </summary>
public sealed class RunPictures : ITrainingObserver, IDisposable
{
    public const int Columns = 8;
    public const int SampleRows = 2;

    /// <summary>Beyond this many every second one is removed, and the next come half as often.</summary>
    public const int MostPictures = 48;

    public const string FolderName = "samples";
    public const string OriginalsName = "originals.png";

    private const string IndexName = "index.csv";
    private const int DensityFaces = 64;

    // Pictures never take more than this part of a run's time: those at epochs' ends, which are asked for, and those between.
    private const double MostOfTimeAtEnds = 0.1;
    private const double MostOfTime = 0.02;
    private const double PointLogvar = 30;
    private const ulong NoiseSeed = 0x53414D504C45UL;

    private readonly TrainingRun _run;
    private readonly string _folder;
    private readonly FaceModel _averaged;
    private readonly byte[] _faces;
    private readonly byte[] _others;
    private readonly List<RunPicture> _taken;
    private double _gap = 2.0 / MostPictures;
    private double _last;
    private double _lastEnd;
    private int _epoch;
    private TimeSpan _spent;

    /// <param name="run">Its averaged weights are looked at.</param>
    /// <param name="runFolder">Pictures go to <see cref="FolderName"/> in it.</param>
    /// <param name="data">Held-out faces to give back, training faces to fit the samples' density to.</param>
    public RunPictures(TrainingRun run, string runFolder, FaceData data)
    {
        _run = run;
        _folder = Path.Combine(runFolder, FolderName);
        _averaged = new FaceModel(run.Preset.Model, run.Device);
        _faces = data.HeldOut.ReadSpread(Math.Min(Columns, data.HeldOut.Count));
        _others = data.Training.ReadSpread(Math.Min(DensityFaces, data.Training.Count));
        Directory.CreateDirectory(_folder);
        File.WriteAllBytes(Path.Combine(_folder, OriginalsName), ImageEncoder.Encode(Sheet([_faces]), ImageFormat.Png));
        // A resumed run's pictures beyond its checkpoint are taken again.
        _taken = [.. Read(runFolder)];
    }

    /// <summary>Hears of every picture: steps done, the sheet, its file's bytes.</summary>
    public Action<long, RgbImage, byte[]>? OnPicture { get; init; }

    /// <summary>Pictures of a run's folder, first to last.</summary>
    public static IReadOnlyList<RunPicture> Read(string runFolder)
    {
        var index = Path.Combine(runFolder, FolderName, IndexName);
        return !File.Exists(index) ? [] :
            [.. File.ReadLines(index).Select(line => line.Split(',')).Where(cells => cells.Length == 4).Select(cells => new RunPicture(
                long.Parse(cells[0], CultureInfo.InvariantCulture), int.Parse(cells[1], CultureInfo.InvariantCulture), double.Parse(cells[2], CultureInfo.InvariantCulture), cells[3]))];
    }

    /// <summary>Takes the picture before the first step; call it once the run's state is what it goes on from.</summary>
    public void Begin()
    {
        foreach (var late in _taken.Where(picture => picture.Step > _run.State.Step).ToList())
            Remove(late);
        _epoch = _run.State.Next.Epoch;
        if (_taken.Count == 0)
            Take(_run.State);
    }

    public void Stepped(RunState state, StepReport report, double progress)
    {
        var ended = state.Next.Epoch > _epoch;
        _epoch = state.Next.Epoch;
        // Epochs of a second or two are too many to look at each.
        var due = progress >= 1 || (ended
            ? progress - _lastEnd >= _gap / 2 && _spent <= state.Elapsed * MostOfTimeAtEnds
            : progress - _last >= _gap && _spent <= state.Elapsed * MostOfTime);
        if (!due)
            return;
        _last = progress;
        if (ended)
            _lastEnd = progress;
        Take(state);
    }

    public void Saved(RunState state)
    {
    }

    public void Dispose() => _averaged.Dispose();

    private void Take(RunState state)
    {
        var started = Stopwatch.GetTimestamp();
        _run.Average.CopyTo(_averaged);
        _averaged.eval();
        var (mean, _) = Encode(_faces);
        var (otherMean, otherLogvar) = Encode(_others);
        var latent = _run.Preset.Model.Latent;
        // The fit follows the weights, the noise stays: what is seen to change is the model.
        var samples = LatentSampler.DrawMany(NoiseSeed, Columns * SampleRows, latent, DensityFit.Fit(otherMean, otherLogvar, latent, NoiseSeed));
        var sheet = Sheet([ExportCheck.Decode(_averaged, mean), ExportCheck.Decode(_averaged, samples)]);
        var file = ImageEncoder.Encode(sheet, ImageFormat.Png);
        var name = $"{state.Step:D8}.png";
        var path = Path.Combine(_folder, name);
        Storage.Guard($"The picture of step {state.Step}", path, () => File.WriteAllBytes(path, file), file.Length);
        _taken.RemoveAll(picture => picture.Step == state.Step);
        _taken.Add(new RunPicture(state.Step, state.Next.Epoch, state.Elapsed.TotalMinutes, name));
        if (_taken.Count > MostPictures)
            Thin();
        AtomicFile.WriteText(Path.Combine(_folder, IndexName), string.Concat(_taken.Select(picture =>
            string.Create(CultureInfo.InvariantCulture, $"{picture.Step},{picture.Epoch},{picture.Minutes:0.000},{picture.File}\n"))));
        OnPicture?.Invoke(state.Step, sheet, file);
        _spent += Stopwatch.GetElapsedTime(started);
    }

    private (float[] Mean, float[] Logvar) Encode(byte[] rgb)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var size = _run.Preset.Model.ImageSize;
        var (mean, logvar) = _averaged.Encode(Pixels.ToTensor(rgb, rgb.Length / (size * size * 3), _averaged, _run.Device));
        // A plain autoencoder's latent is a point.
        return (Values(mean), logvar is null ? Values(mean.zeros_like() - PointLogvar) : Values(logvar));
    }

    private static float[] Values(Tensor tensor) => tensor.cpu().contiguous().data<float>().ToArray();

    private RgbImage Sheet(IReadOnlyList<byte[]> parts)
    {
        var size = _run.Preset.Model.ImageSize;
        var bytes = size * size * 3;
        var pictures = parts.SelectMany(part => Enumerable.Range(0, part.Length / bytes).Select(i => (ReadOnlyMemory<byte>)part.AsMemory(i * bytes, bytes))).ToList();
        return ContactSheet.Lay(pictures, size, size, Columns, gap: 0);
    }

    private void Thin()
    {
        foreach (var picture in _taken.Where((_, i) => i % 2 == 1 && i < _taken.Count - 1).ToList())
            Remove(picture);
        _gap *= 2;
    }

    private void Remove(RunPicture picture)
    {
        _taken.Remove(picture);
        File.Delete(Path.Combine(_folder, picture.File));
    }
}
