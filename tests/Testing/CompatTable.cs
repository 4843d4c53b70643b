using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace FaceMix.Tests;

/// <summary>The table of compat/README.md that says which type stands for which package's.</summary>
public static partial class CompatTable
{
    /// <summary>
    /// Fails where a room's table and its assembly name different public types; built with the packages, where a type
    /// is not in the package it is listed under.
    /// </summary>
    /// <param name="room">The room's heading, "Grpc".</param>
    public static void Check(string room)
    {
        var listed = Rows(room).ToList();
        Assert.NotEmpty(listed);
#if COMPAT_PACKAGES
        var there = Assembly.Load($"FaceMix.Compat.{room}").GetExportedTypes().Where(type => !type.IsNested).Select(type => type.FullName!);
        Assert.Equal(there.Order(StringComparer.Ordinal), listed.Select(row => row.Type).Order(StringComparer.Ordinal));
#else
        Assert.DoesNotContain(listed, row => Assembly.Load(row.Package).GetType(row.Type) is not { IsPublic: true });
#endif
    }

    private static IEnumerable<(string Package, string Type)> Rows(string room) =>
        from line in File.ReadLines(Repository.PathOf("compat", "README.md")).SkipWhile(line => line != $"## {room}").Skip(1).TakeWhile(line => !line.StartsWith("## "))
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 6 && cells[2].StartsWith('`')
        from Match name in Name().Matches(cells[3])
        let parameters = name.Groups["parameters"].Value
        let arity = parameters.Length == 0 ? "" : $"`{parameters.Count(c => c == ',') + 1}"
        select (cells[1], $"{cells[2].Trim('`')}.{name.Groups["name"].Value}{arity}");

    [GeneratedRegex("`(?<name>\\w+)(<(?<parameters>[^>]+)>)?`")]
    private static partial Regex Name();
}
