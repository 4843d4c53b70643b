using FaceMix.Datasets.Labels;

namespace FaceMix.Datasets.Photographs;

/// <summary>What lies where in a folder of photographs: the pictures, their labels, CelebA's lists.</summary>
/// <param name="Root">The folder that keys are relative to.</param>
/// <param name="Paths">Every JPEG and PNG below it, forward slashes, in ordinal order.</param>
/// <param name="Labels">The labels file, if there is one.</param>
/// <param name="Partition">CelebA's list of which picture is for what, if there is one.</param>
internal sealed record PhotographFolder(string Root, IReadOnlyList<string> Paths, string? Labels, string? Partition)
{
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".png"];
    private static readonly string[] s_labelNames = ["list_attr_celeba.txt", "list_attr_celeba.csv", "labels.csv"];
    private static readonly string[] s_partitionNames = ["list_eval_partition.txt", "list_eval_partition.csv"];

    /// <exception cref="DataException">The folder or the labels are not there, or there are no pictures.</exception>
    public static PhotographFolder Find(string path, string? labels, int maxPictures)
    {
        if (File.Exists(path))
            throw new DataException($"{path} is a file; give the folder that holds the pictures.");
        if (!Directory.Exists(path))
            throw new DataException($"There is no folder {path}.");
        if (labels is not null && !File.Exists(labels))
            throw new DataException($"There is no labels file {labels}.");

        var root = Path.GetFullPath(path);
        // CelebA's archive holds a folder of its own name, and some tools unpack it into one more.
        while (Directory.Exists(Path.Combine(root, "img_align_celeba")))
            root = Path.Combine(root, "img_align_celeba");
        var paths = Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .Where(file => s_extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .Take(maxPictures)
            .ToArray();
        return paths.Length > 0
            ? new PhotographFolder(root, paths, labels ?? Beside(path, root, s_labelNames), Beside(path, root, s_partitionNames))
            : throw new DataException($"{path} holds no JPEG or PNG pictures.");
    }

    /// <summary>Labels of each key, from the labels file; of a picture without a row nothing is known.</summary>
    public static FaceLabels[] Match(IReadOnlyList<string> keys, AttributeTable table, List<string> notes)
    {
        var byName = new Lazy<Dictionary<string, FaceLabels>>(() => ByFileName(table));
        var labels = new FaceLabels[keys.Count];
        var missing = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (!table.Rows.TryGetValue(keys[i], out labels[i]) && !byName.Value.TryGetValue(Path.GetFileName(keys[i]), out labels[i]))
                missing++;
        }

        if (missing == labels.Length)
            throw new DataException($"None of the labels belongs to a picture: the first picture is {keys[0]}, the first label is for {table.Rows.Keys.First()}.");
        if (missing > 0)
            notes.Add(missing == 1 ? "1 picture has no row in the labels; nothing is said of it." : $"{missing} pictures have no row in the labels; nothing is said of them.");
        var unused = table.Rows.Count - (labels.Length - missing);
        if (unused > 0)
            notes.Add(unused == 1 ? "1 row of the labels has no picture." : $"{unused} rows of the labels have no picture.");
        return labels;
    }

    // A label may say a/1.jpg where the folder given is a itself; a name that occurs twice tells nothing.
    private static Dictionary<string, FaceLabels> ByFileName(AttributeTable table) =>
        table.Rows.GroupBy(one => Path.GetFileName(one.Key)).Where(group => group.Count() == 1).ToDictionary(group => group.Key, group => group.First().Value);

    private static string? Beside(string path, string root, string[] names)
    {
        var folders = new[] { path, Path.Combine(path, "Anno"), Path.Combine(path, "Eval"), root, Path.GetDirectoryName(root) ?? root };
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
