using System.Diagnostics;
using System.Reflection;
using System.Text;
using Xunit;

namespace FaceMix.Tests.Trainer.Native;

/// <summary>The build step <c>libs/Networks/Native</c>, run by MSBuild on copies of the package's own library.</summary>
public sealed class WeakenSymbolVersionTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const byte Weak = 2;

    private static readonly string s_untouched = Path.Combine(
        typeof(WeakenSymbolVersionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "TorchSharpPackage").Value!,
        "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    [Fact]
    public void Where_libstdcxx_lacks_the_version_one_flag_of_the_copy_is_set_and_a_second_run_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        var (library, before) = Copy(folder);

        Weaken(folder, "\0GLIBCXX_3.4.29\0GLIBCXX_3.4.30\0");

        var after = File.ReadAllBytes(library);
        Assert.Equal(before.Length, after.Length);
        var changed = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        Assert.Equal(before[changed] | Weak, after[changed]);
        // In the version table's entry the hash of the version's name stands right before its flags.
        Assert.Equal(ElfHash(Version), BitConverter.ToUInt32(before, changed - sizeof(uint)));

        var written = File.GetLastWriteTimeUtc(library);
        Weaken(folder, "\0GLIBCXX_3.4.29\0GLIBCXX_3.4.30\0");

        Assert.Equal(after, File.ReadAllBytes(library));
        Assert.Equal(written, File.GetLastWriteTimeUtc(library));
        Assert.Equal(before, File.ReadAllBytes(s_untouched));
    }

    [Fact]
    public void Where_libstdcxx_has_the_version_the_copy_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var (library, before) = Copy(folder);

        Weaken(folder, $"\0GLIBCXX_3.4.31\0{Version}\0");

        Assert.Equal(before, File.ReadAllBytes(library));
    }

    private static (string Path, byte[] Bytes) Copy(TemporaryFolder folder)
    {
        var path = folder.File("libLibTorchSharp.so");
        File.Copy(s_untouched, path);
        return (path, File.ReadAllBytes(path));
    }

    // A runtime is searched for the version's name alone, so a file with names is one.
    private static void Weaken(TemporaryFolder folder, string runtime)
    {
        File.WriteAllText(folder.File("libstdc++.so.6"), runtime, Encoding.ASCII);
        File.WriteAllText(folder.File("step.proj"), $"""
            <Project>
              <Import Project="{Repository.PathOf("libs", "Networks", "Native", "TorchSharp.targets")}" />
              <Target Name="Weaken">
                <WeakenSymbolVersion Library="{folder.File("libLibTorchSharp.so")}" Version="$(TorchSharpWantsVersion)" Runtime="{folder.File("libstdc++.so.6")}" />
              </Target>
            </Project>
            """);
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", folder.File("step.proj"), "-t:Weaken", "-nologo", "-v:minimal", "-nodeReuse:false"]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
    }

    // The System V ABI's, by which the loader finds names.
    private static uint ElfHash(string name)
    {
        uint hash = 0;
        foreach (var letter in name)
        {
            hash = (hash << 4) + letter;
            var high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }
        return hash;
    }
}
