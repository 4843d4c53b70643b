using System.Reflection;
using System.Runtime.Loader;
using FaceMix.ApiList;

return args switch
{
    ["write", var assembly, var file] => Write(assembly, file),
    ["compare", var assembly, var real] => Compare(assembly, real),
    _ => Usage(),
};

static int Write(string assembly, string file)
{
    File.WriteAllText(file, ApiText.Of(Load(assembly)));
    return 0;
}

static int Compare(string assembly, string real)
{
    var differences = ApiText.Differences(Load(assembly), Load(real));
    foreach (var difference in differences) Console.WriteLine(difference);
    Console.WriteLine($"{differences.Count} members differ");
    return differences.Count == 0 ? 0 : 1;
}

static int Usage()
{
    Console.Error.WriteLine("""
        apilist write ASSEMBLY FILE      lists the public members of an assembly in a file
        apilist compare ASSEMBLY REAL    says which public members the package's own assembly lacks or has differently;
                                         what REAL depends on lies beside it
        """);
    return 2;
}

// Each in a context of its own, because both may have the same name.
static Assembly Load(string path)
{
    var context = new AssemblyLoadContext(path);
    context.Resolving += (_, name) =>
    {
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name.Name + ".dll");
        return File.Exists(beside) ? context.LoadFromAssemblyPath(beside) : null;
    };
    return context.LoadFromAssemblyPath(Path.GetFullPath(path));
}
