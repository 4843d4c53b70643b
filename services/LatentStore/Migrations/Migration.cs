using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FaceMix.LatentStore.Migrations;

/// <summary>One numbered step of the schema, as it lies in <c>Migrations/NNN-name.sql</c>; never changed once released.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">What it runs.</param>
public sealed record Migration(int Number, string Name, string Sql)
{
    private const string Folder = "Migrations/";

    /// <summary>SHA-256 of the text, hexadecimal; line ends of a checkout do not count.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Those compiled into this program, in order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } = ReadEmbedded();

    /// <summary>What is granted to whom; runs at every start.</summary>
    public static string Roles { get; } = Read(Folder + "roles.sql");

    private static Migration[] ReadEmbedded() =>
    [
        .. typeof(Migration).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && char.IsAsciiDigit(name[Folder.Length]))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration(int.Parse(name.AsSpan(Folder.Length, 3), CultureInfo.InvariantCulture), name[Folder.Length..], Read(name))),
    ];

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Migration).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
