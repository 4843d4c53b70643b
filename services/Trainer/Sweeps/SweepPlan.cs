using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FaceMix.ModelStore;
using FaceMix.Trainer.Presets;
using FaceMix.Trainer.Training;

namespace FaceMix.Trainer.Sweeps;

/// <summary>One run of a sweep.</summary>
/// <param name="Name">Of its model.</param>
/// <param name="Label">What tells it from the others, such as <c>kl=0.1 batch=32</c>.</param>
/// <param name="Changes">Of the preset, as <c>train --set</c> takes them.</param>
public sealed record SweepCombination(string Name, string Label, IReadOnlyList<string> Changes);

/// <summary>What a sweep trains: every combination of its axes' values, the last axis fastest.</summary>
public sealed class SweepPlan
{
    /// <summary>The most runs of one sweep.</summary>
    public const int MostCombinations = 64;

    /// <param name="preset">A preset's name or file.</param>
    /// <param name="axes">From <see cref="SweepAxis.Parse"/>.</param>
    /// <param name="request">What every run is asked, its command apart.</param>
    /// <exception cref="UsageException">A key is given twice or unknown, a value is not what its key takes, or there are too many combinations.</exception>
    public SweepPlan(string preset, IReadOnlyList<SweepAxis> axes, RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(axes);
        if (axes.CountBy(axis => axis.Key).FirstOrDefault(pair => pair.Value > 1) is { Key: { } twice })
            throw new UsageException($"--set {twice} is given twice; write all its values in one: --set {twice}=VALUE,VALUE.");
        var count = axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Values.Count, int.MaxValue));
        if (count > MostCombinations)
            throw new UsageException($"{string.Join(" × ", axes.Select(axis => axis.Values.Count))} values are {count} runs; a sweep has {MostCombinations} at most.");
        (PresetText, Request) = (preset, request);
        var plain = PresetReader.Read(preset);
        Combinations = [.. Combine(axes).Select(values => Combination(plain.Name, axes, values))];
        Presets = [.. Combinations.Select(one => PresetReader.Read(preset, [$"name={one.Name}", .. one.Changes]))];
        Name = $"{plain.Name}-{Digest(PresetReader.Write(plain), request, Combinations)}";
    }

    /// <summary>The same for the same sweep, so that the same command line goes on with it.</summary>
    public string Name { get; }

    public IReadOnlyList<SweepCombination> Combinations { get; }

    /// <summary>Of each combination.</summary>
    public IReadOnlyList<Preset> Presets { get; }

    /// <summary>A preset's name or file.</summary>
    public string PresetText { get; }

    public RunRequest Request { get; }

    private static IEnumerable<string[]> Combine(IReadOnlyList<SweepAxis> axes) => axes.Aggregate(
        (IEnumerable<string[]>)[[]], (before, axis) => before.SelectMany(values => axis.Values.Select(value => (string[])[.. values, value])));

    private static SweepCombination Combination(string preset, IReadOnlyList<SweepAxis> axes, string[] values)
    {
        string[] changes = [.. axes.Zip(values, (axis, value) => $"{axis.Key}={value}")];
        // What is the same in all of them tells none apart.
        var telling = axes.Zip(values).Where(pair => pair.First.Values.Count > 1).ToList();
        if (telling.Count == 0)
            telling = [.. axes.Zip(values)];
        var shortest = axes.CountBy(axis => Last(axis.Key)).ToDictionary();
        var words = telling.Select(pair => (Key: shortest[Last(pair.First.Key)] > 1 ? pair.First.Key : Last(pair.First.Key), Value: pair.Second)).ToList();
        var name = string.Join('-', [preset, .. words.Select(word => $"{word.Key}-{word.Value}")]);
        name = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '-'));
        if (name.Length > ModelVersionId.MaxPartLength)
            name = $"{name[..(ModelVersionId.MaxPartLength - 9)]}-{Short(string.Join(' ', changes))}";
        return new SweepCombination(name, string.Join(' ', words.Select(word => $"{word.Key}={word.Value}")), changes);
    }

    private static string Last(string key) => key[(key.LastIndexOf('.') + 1)..];

    private static string Digest(string preset, RunRequest request, IReadOnlyList<SweepCombination> combinations) =>
        Short(JsonSerializer.Serialize(new { preset, request, combinations }));

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
