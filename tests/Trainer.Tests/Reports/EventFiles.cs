using System.Buffers.Binary;
using Google.Protobuf;

namespace FaceMix.Tests.Trainer.Reports;

/// <summary>Reads what TensorBoard would of a run's logs.</summary>
internal static class EventFiles
{
    // Length and its checksum before a record, the record's checksum behind it.
    private const int Before = 12;
    private const int Behind = 4;

    /// <summary>The last step that any log of a run's folder speaks of; a record that was cut off is none.</summary>
    public static long LastStep(string runFolder) =>
        Directory.EnumerateFiles(runFolder, "events.out.tfevents.*").SelectMany(path => Steps(File.ReadAllBytes(path))).DefaultIfEmpty(0).Max();

    private static IEnumerable<long> Steps(byte[] file)
    {
        for (var at = 0; at + Before <= file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            if (at + Before + length + Behind > file.Length)
                yield break;
            yield return Step(file[(at + Before)..(at + Before + length)]);
            at += Before + length + Behind;
        }
    }

    private static long Step(byte[] record)
    {
        var input = new CodedInputStream(record);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 2)
                return input.ReadInt64();
            input.SkipLastField();
        }
        return 0;
    }
}
