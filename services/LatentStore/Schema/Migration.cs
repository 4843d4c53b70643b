using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace FaceMix.LatentStore.Schema;

/// <summary>One numbered step of the schema, as it lies in <c>Schema/NNN-name.sql</c>; never changed once released.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">What it runs.</param>
public sealed record Migration(int Number, string Name, string Sql)
{
    private const string Folder = "Schema/";

    /// <summary>SHA-256 of the text, hexadecimal; line ends of a checkout do not count.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Those compiled into this program, in order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } = ReadEmbedded(typeof(Migration).Assembly);

    private static Migration[] ReadEmbedded(Assembly assembly)
    {
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));
        return [.. names.Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var file = name[Folder.Length..];
            return new Migration(int.Parse(file[..3], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
        })];
    }
}
