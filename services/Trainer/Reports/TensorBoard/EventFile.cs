using System.Buffers.Binary;
using FaceMix.ModelStore;
using Google.Protobuf;

namespace FaceMix.Trainer.Reports.TensorBoard;

/// <summary>
/// A file that TensorBoard shows: <c>Event</c> messages (fields as in TensorFlow's event.proto and summary.proto), each in a TFRecord frame:
/// length, checksum of the length, bytes, checksum of the bytes. Written record by record, so a run that is killed leaves a readable file.
/// </summary>
public sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event:2";
    private const int RgbColours = 3;

    private readonly FileStream _file;
    private readonly TimeProvider _time;

    /// <param name="folder">TensorBoard's log folder; created when it is not there.</param>
    /// <param name="time">Names the file and stamps the events.</param>
    public EventFile(string folder, TimeProvider time)
    {
        _time = time;
        Directory.CreateDirectory(folder);
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        // Records go out whole; nothing is left over for a close to fail on.
        _file = File.Create(Path.Combine(folder, $"events.out.tfevents.{seconds}.facemix.{Environment.ProcessId}"), bufferSize: 0);
        Write(0, output => { output.WriteTag(3, WireFormat.WireType.LengthDelimited); output.WriteString(Version); });
    }

    /// <summary>One point of several curves.</summary>
    public void AddScalars(long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        var summary = Message(output =>
        {
            foreach (var (tag, value) in scalars)
            {
                Put(output, 1, Message(scalar =>
                {
                    scalar.WriteTag(1, WireFormat.WireType.LengthDelimited);
                    scalar.WriteString(tag);
                    scalar.WriteTag(2, WireFormat.WireType.Fixed32);
                    scalar.WriteFloat((float)value);
                }));
            }
        });
        Write(step, output => Put(output, 5, summary));
    }

    /// <summary>One picture under a name.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="tag">Its name.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="file">A whole PNG or JPEG file.</param>
    public void AddImage(long step, string tag, int width, int height, byte[] file)
    {
        var image = Message(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt32(height);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt32(width);
            output.WriteTag(3, WireFormat.WireType.Varint);
            output.WriteInt32(RgbColours);
            output.WriteTag(4, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(file));
        });
        var value = Message(output =>
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteString(tag);
            Put(output, 4, image);
        });
        Write(step, output => Put(output, 5, Message(summary => Put(summary, 1, value))));
    }

    public void Dispose() => _file.Dispose();

    private void Write(long step, Action<CodedOutputStream> content)
    {
        var record = Message(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Fixed64);
            output.WriteDouble(_time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(step);
            content(output);
        });
        var frame = new byte[record.Length + 16];
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), Crc32C.Masked(frame.AsSpan(0, 8)));
        record.CopyTo(frame, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12 + record.Length), Crc32C.Masked(record));
        Storage.Guard("TensorBoard's log", _file.Name, () => _file.Write(frame), frame.Length);
    }

    private static void Put(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
    }

    private static byte[] Message(Action<CodedOutputStream> content)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true))
            content(output);
        return memory.ToArray();
    }
}
