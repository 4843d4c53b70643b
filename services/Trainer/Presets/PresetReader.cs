using System.ComponentModel.DataAnnotations;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;
using Tree = System.Collections.Generic.Dictionary<object, object?>;

namespace FaceMix.Trainer.Presets;

/// <summary>Reads presets: a parent's values with a child's laid over them, then <c>--set</c>. A key that no preset knows is an error.</summary>
public static class PresetReader
{
    private const int MaxDepth = 8;
    private const string Folder = "FaceMix.Trainer.Presets.";
    private const string Extension = ".yaml";

    /// <summary>The presets that come with the trainer.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(PresetReader).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal)];

    /// <param name="nameOrPath">A preset that comes with the trainer, or a path ending in <c>.yaml</c>.</param>
    /// <param name="changes">Such as <c>training.batch=32</c>, laid over it in order.</param>
    /// <exception cref="UsageException">There is no such preset, a key is unknown, or a value is not what its key takes.</exception>
    public static Preset Read(string nameOrPath, IEnumerable<string>? changes = null)
    {
        var tree = Load(nameOrPath, depth: 0);
        foreach (var change in changes ?? [])
        {
            Lay(tree, ParseChange(change));
            nameOrPath += $" with {change}";
        }
        return Bind(tree, nameOrPath);
    }

    /// <summary>The name of a preset's model; what is no preset is the name itself, as <c>--set name=</c> gives it to a run.</summary>
    public static string NameOf(string nameOrPath) =>
        nameOrPath.EndsWith(Extension, StringComparison.Ordinal) || Names.Contains(nameOrPath) ? Read(nameOrPath).Name : nameOrPath;

    // Keys that earlier versions wrote into every run, with the reason why they mean nothing any more.
    private static readonly Dictionary<string, string> s_retired = new(StringComparer.Ordinal)
    {
        ["training.cuda_graph"] = "steps are no longer recorded as a CUDA graph",
    };

    /// <summary>Reads a whole preset that was written by <see cref="Write"/>, by this version or an earlier one.</summary>
    /// <param name="yaml">All its values.</param>
    /// <param name="note">Called with a sentence for each retired key that said more than its default.</param>
    public static Preset ReadWhole(string yaml, Action<string>? note = null)
    {
        var tree = Parse(yaml, "the run's preset");
        foreach (var (key, why) in s_retired)
        {
            var (group, name) = (key[..key.IndexOf('.', StringComparison.Ordinal)], key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..]);
            if (tree.TryGetValue(group, out var part) && part is Tree keys && keys.Remove(name, out var value) && $"{value}" is not "auto")
                note?.Invoke($"The run's preset says {key}: {value}; the key is dropped, {why}.");
        }
        return Bind(tree, "the run's preset");
    }

    /// <summary>The preset with all its values, as YAML.</summary>
    public static string Write(Preset preset) => Serializer().Serialize(preset);

    private static Tree Load(string nameOrPath, int depth)
    {
        if (depth > MaxDepth)
            throw new UsageException($"Preset {nameOrPath} has more than {MaxDepth} ancestors; is it its own parent?");
        var tree = Parse(Text(nameOrPath), nameOrPath);
        if (!tree.Remove("parent", out var parent) || parent is null)
            return Checked(tree, nameOrPath);
        var whole = Load($"{parent}", depth + 1);
        Lay(whole, Checked(tree, nameOrPath));
        return whole;
    }

    private static string Text(string nameOrPath)
    {
        if (nameOrPath.EndsWith(Extension, StringComparison.Ordinal))
            return File.Exists(nameOrPath) ? File.ReadAllText(nameOrPath) : throw new UsageException($"There is no preset file {nameOrPath}.");
        using var stream = typeof(PresetReader).Assembly.GetManifestResourceStream(Folder + nameOrPath + Extension)
            ?? throw new UsageException($"There is no preset \"{nameOrPath}\"; there are {string.Join(", ", Names)}.");
        return new StreamReader(stream).ReadToEnd();
    }

    private static Tree Parse(string yaml, string where)
    {
        try
        {
            return new DeserializerBuilder().Build().Deserialize<Tree>(yaml) ?? [];
        }
        catch (YamlException e)
        {
            throw new UsageException($"{where}: line {e.Start.Line}: {e.Message}", e);
        }
    }

    private static Tree ParseChange(string change)
    {
        var equals = change.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
            throw new UsageException($"--set {change}: write KEY=VALUE, such as training.batch=32.");
        object? value = new DeserializerBuilder().Build().Deserialize<object?>(change[(equals + 1)..]);
        foreach (var key in change[..equals].Split('.').Reverse())
            value = new Tree { [key] = value };
        return Checked((Tree)value!, $"--set {change}");
    }

    private static void Lay(Tree below, Tree above)
    {
        foreach (var (key, value) in above)
        {
            if (value is Tree part && below.TryGetValue(key, out var there) && there is Tree whole)
                Lay(whole, part);
            else
                below[key] = value;
        }
    }

    // The keys of a default preset are all the keys there are.
    private static Tree Checked(Tree tree, string where)
    {
        CheckKeys(tree, Parse(Write(new Preset()), "defaults"), string.Empty, where);
        return tree;
    }

    private static void CheckKeys(Tree tree, Tree known, string prefix, string where)
    {
        foreach (var (key, value) in tree)
        {
            if (!known.TryGetValue(key, out var example))
                throw new UsageException($"{where}: there is no key \"{prefix}{key}\"; here one of {string.Join(", ", known.Keys)} can stand.");
            if (example is Tree inner)
            {
                if (value is not Tree part)
                    throw new UsageException($"{where}: \"{prefix}{key}\" is a group of keys, not one value.");
                CheckKeys(part, inner, $"{prefix}{key}.", where);
            }
        }
    }

    private static Preset Bind(Tree tree, string where)
    {
        try
        {
            var preset = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance)
                .WithEnumNamingConvention(UnderscoredNamingConvention.Instance).Build()
                .Deserialize<Preset>(Serializer().Serialize(tree));
            preset.Check();
            return preset;
        }
        catch (YamlException e)
        {
            throw new UsageException($"{where}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (ValidationException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static ISerializer Serializer() =>
        new SerializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance)
            .WithEnumNamingConvention(UnderscoredNamingConvention.Instance).Build();
}
