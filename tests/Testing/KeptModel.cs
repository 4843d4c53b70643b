using System.Text.Json.Nodes;

namespace FaceMix.Tests;

/// <summary>The model that lies in the repository.</summary>
public static class KeptModel
{
    /// <summary>Its newest version's folder; null where the checkout has none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>NAME@VERSION.</summary>
    public static string Id => $"{Path.GetFileName(Path.GetDirectoryName(Folder))}@{Path.GetFileName(Folder)}";

    /// <summary>Copies it under another version's name, as a training run would publish its next one.</summary>
    /// <returns>NAME@VERSION.</returns>
    public static string CopyAs(string version, string folder)
    {
        foreach (var file in Directory.GetFiles(Folder!))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var path = Path.Combine(folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["version"] = version;
        File.WriteAllText(path, manifest.ToJsonString());
        return $"{manifest["name"]}@{version}";
    }

    private static string? Find()
    {
        var models = Repository.PathOf("deploy", "models");
        return !Directory.Exists(models)
            ? null
            : Directory.GetFiles(models, "manifest.json", SearchOption.AllDirectories).Select(Path.GetDirectoryName)
                .OrderBy(folder => folder, StringComparer.Ordinal).LastOrDefault();
    }
}
