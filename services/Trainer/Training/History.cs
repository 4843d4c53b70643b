using System.Globalization;
using CsvHelper;
using FaceMix.ModelStore;

namespace FaceMix.Trainer.Training;

/// <summary>One row of a run's history.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Seconds">Training time.</param>
/// <param name="Values">Mean since the row before, by name.</param>
public sealed record HistoryRow(long Step, double Seconds, IReadOnlyDictionary<string, double> Values);

/// <summary>A run's losses over time, kept as CSV: one row for a number of steps, so that a long run's file stays small.</summary>
public sealed class History
{
    /// <summary>Rows are merged beyond this many.</summary>
    private const int MaxRows = 2000;

    private readonly List<HistoryRow> _rows = [];
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _notes = new(StringComparer.Ordinal);
    private int _pending;

    public IReadOnlyList<HistoryRow> Rows => _rows;

    /// <summary>Steps that make a row.</summary>
    public int StepsPerRow { get; private set; } = 10;

    public void Add(RunState state, StepReport report)
    {
        if (report.Skipped)
            return;
        Count("total", report.Total);
        Count("learning_rate", report.LearningRate);
        foreach (var term in report.Terms)
        {
            Count(term.Name, term.Value);
            Count($"weight_{term.Name}", term.Weight);
        }
        Count("gradient_norm", report.GradientNorm);
        if (++_pending < StepsPerRow)
            return;
        _rows.Add(new HistoryRow(
            state.Step, state.Elapsed.TotalSeconds, _sums.Select(pair => KeyValuePair.Create(pair.Key, pair.Value / _pending)).Concat(_notes).ToDictionary()));
        _sums.Clear();
        _notes.Clear();
        _pending = 0;
        if (_rows.Count > MaxRows)
            Thin();
    }

    /// <summary>A number that is known once in a while only; it goes to the last row.</summary>
    public void Note(string name, double value)
    {
        if (_rows.Count == 0)
            _notes[name] = value;
        else
            _rows[^1] = _rows[^1] with { Values = new Dictionary<string, double>(_rows[^1].Values) { [name] = value } };
    }

    public void Save(string path)
    {
        var names = _rows.SelectMany(row => row.Values.Keys).Distinct().ToList();
        Storage.Guard(Path.GetFileName(path), path, () => AtomicFile.Write(path, stream =>
        {
            using var csv = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
            csv.WriteHeader(["step", "seconds", .. names]);
            foreach (var row in _rows)
            {
                csv.WriteField(row.Step);
                csv.WriteField(row.Seconds, "0.0");
                foreach (var name in names)
                    csv.WriteField(row.Values.TryGetValue(name, out var value) ? value : (double?)null, "G6");
                csv.EndRecord();
            }
        }));
    }

    /// <summary>Reads a history up to a checkpoint's step; a run without one starts empty.</summary>
    public static History Load(string path, long lastStep)
    {
        var history = new History();
        if (!File.Exists(path))
            return history;
        var lines = File.ReadAllLines(path);
        var names = lines[0].Split(',')[2..];
        foreach (var fields in lines.Skip(1).Select(line => line.Split(',')))
        {
            var row = new HistoryRow(
                long.Parse(fields[0], CultureInfo.InvariantCulture),
                double.Parse(fields[1], CultureInfo.InvariantCulture),
                names.Zip(fields.Skip(2)).Where(pair => pair.Second.Length > 0)
                    .ToDictionary(pair => pair.First, pair => double.Parse(pair.Second, CultureInfo.InvariantCulture)));
            if (row.Step <= lastStep)
                history._rows.Add(row);
        }
        if (history._rows.Count > 1)
            history.StepsPerRow = (int)Math.Max(1, history._rows[^1].Step - history._rows[^2].Step);
        return history;
    }

    private void Count(string name, double value) => _sums[name] = _sums.GetValueOrDefault(name) + value;

    private void Thin()
    {
        StepsPerRow *= 2;
        for (var i = _rows.Count - 1; i >= 0; i -= 2)
            _rows.RemoveAt(i);
    }
}
