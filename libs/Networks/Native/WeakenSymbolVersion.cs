using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Marks a symbol version that a shared library requires as weak, where the system's libstdc++ does not define it, so that the
/// loader warns of nothing and loads the library. Compiled by MSBuild when the build needs it.
/// </summary>
public sealed class WeakenSymbolVersion : Task
{
    private const uint VersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 2; // VER_FLG_WEAK

    /// <summary>The shared library, an ELF file of 64 bits; changed in place.</summary>
    [Required]
    public string Library { get; set; }

    /// <summary>Such as <c>GLIBCXX_3.4.32</c>.</summary>
    [Required]
    public string Version { get; set; }

    /// <summary>The C++ runtime that defines the version or does not; empty: the system's.</summary>
    public string Runtime { get; set; } = string.Empty;

    public override bool Execute()
    {
        var runtime = Runtime.Length > 0 ? Runtime : SystemRuntime();
        if (runtime == null || Defines(runtime, Version))
            return true;
        var bytes = File.ReadAllBytes(Library);
        var flags = FlagsOf(bytes, Version);
        if (flags < 0)
            return true;
        var before = BitConverter.ToUInt16(bytes, flags);
        if ((before & Weak) != 0)
            return true;
        BitConverter.GetBytes((ushort)(before | Weak)).CopyTo(bytes, flags);
        // Written beside it and renamed, as the copy may be a link into the package cache. It keeps its time, or the next build would copy it anew.
        var written = File.GetLastWriteTimeUtc(Library);
        var beside = Library + ".weakened";
        File.WriteAllBytes(beside, bytes);
        File.SetLastWriteTimeUtc(beside, written);
        File.Delete(Library);
        File.Move(beside, Library);
        Log.LogMessage(MessageImportance.High, Path.GetFileName(Library) + " asks for " + Version + ", which " + runtime + " does not have; the request is now weak.");
        return true;
    }

    private static string SystemRuntime()
    {
        return new[] { "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib" }
            .Select(folder => folder + "/libstdc++.so.6").FirstOrDefault(File.Exists);
    }

    private static bool Defines(string runtime, string version)
    {
        var name = Encoding.ASCII.GetBytes("\0" + version + "\0");
        var bytes = File.ReadAllBytes(runtime);
        for (var i = 0; i + name.Length <= bytes.Length; i++)
        {
            var j = 0;
            while (j < name.Length && bytes[i + j] == name[j])
                j++;
            if (j == name.Length)
                return true;
        }
        return false;
    }

    // Where the version's vna_flags lie; -1: the library does not ask for it.
    private static int FlagsOf(byte[] bytes, string version)
    {
        if (bytes.Length < 64 || bytes[0] != 0x7f || bytes[1] != 'E' || bytes[2] != 'L' || bytes[3] != 'F' || bytes[4] != 2)
            throw new InvalidDataException("The library is no ELF file of 64 bits.");
        var headers = (int)BitConverter.ToInt64(bytes, 0x28);
        var size = BitConverter.ToUInt16(bytes, 0x3a);
        var count = BitConverter.ToUInt16(bytes, 0x3c);
        for (var i = 0; i < count; i++)
        {
            var header = headers + (i * size);
            if (BitConverter.ToUInt32(bytes, header + 4) != VersionNeeds)
                continue;
            var names = (int)BitConverter.ToInt64(bytes, headers + ((int)BitConverter.ToUInt32(bytes, header + 0x28) * size) + 0x18);
            var need = (int)BitConverter.ToInt64(bytes, header + 0x18);
            for (var left = BitConverter.ToUInt32(bytes, header + 0x2c); left > 0; left--)
            {
                var entry = need + (int)BitConverter.ToUInt32(bytes, need + 8);
                for (int more = BitConverter.ToUInt16(bytes, need + 2); more > 0; more--)
                {
                    if (TextAt(bytes, names + (int)BitConverter.ToUInt32(bytes, entry + 8)) == version)
                        return entry + 4;
                    entry += (int)BitConverter.ToUInt32(bytes, entry + 12);
                }
                need += (int)BitConverter.ToUInt32(bytes, need + 12);
            }
        }
        return -1;
    }

    private static string TextAt(byte[] bytes, int start)
    {
        return Encoding.ASCII.GetString(bytes, start, Array.IndexOf(bytes, (byte)0, start) - start);
    }
}
