using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Grpc.Core;

namespace FaceMix.Tests.Hostile.Http2;

/// <summary>
/// A client of HTTP/2 that sends what it is told to. How a stream or its connection ended is one word: a status of gRPC
/// ("Internal"), of HTTP ("http 415"), "reset Cancel", "goaway ProtocolError", or "closed".
/// </summary>
internal sealed class RawClient : IDisposable
{
    private const ushort HeaderTableSize = 1;
    private const ushort InitialWindowSize = 4;
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly FrameReader reader;
    private readonly Dictionary<int, Answer> answers = [];
    private int nextStream = 1;
    private ErrorCode? goAway;
    private bool hasGreeted;

    private RawClient(Socket socket)
    {
        this.socket = socket;
        stream = new NetworkStream(socket, ownsSocket: true);
        reader = new FrameReader(stream);
    }

    /// <summary>False: what arrives is not acknowledged, so that its windows stay as they are.</summary>
    public bool OpensWindows { get; init; } = true;

    public bool IsUsable => goAway is null && nextStream < 2000;

    private string LastWord => goAway is { } code ? $"goaway {code}" : Ends.Closed;

    public static async Task<RawClient> ConnectAsync(Uri server, uint window = 1 << 20, bool opensWindows = true, bool greets = true)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        var client = new RawClient(socket) { OpensWindows = opensWindows };
        if (greets)
            await client.SendAsync([.. Frame.Preface, .. Frame.Settings((HeaderTableSize, 0), (InitialWindowSize, window)), .. Frame.WindowUpdate(0, 1 << 28)]);
        return client;
    }

    public static (string, string)[] Call(string method, params (string Name, string Value)[] more) =>
    [
        (":method", "POST"), (":scheme", "http"), (":path", $"/facemix.tests.hostile.v1.TargetService/{method}"), (":authority", "localhost"),
        ("content-type", "application/grpc"), ("te", "trailers"), .. more,
    ];

    public int NewStream() => (nextStream += 2) - 2;

    /// <summary>Nothing happens if the server has closed the connection: that shows when its answer is read.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>No more will be sent.</summary>
    public void HangUp()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Until both sides' settings are known, so that from now on nothing is sent but what is asked for.</summary>
    public async Task GreetAsync(CancellationToken cancellationToken)
    {
        while (!hasGreeted && await StepAsync(cancellationToken))
        {
        }
    }

    /// <summary>How the stream ended, or the connection if that was first.</summary>
    public async Task<string> EndOfAsync(int id, CancellationToken cancellationToken)
    {
        while (!AnswerTo(id).HasEnded)
            if (!await StepAsync(cancellationToken))
                return LastWord;
        answers.Remove(id, out var answer);
        return answer!.Word;
    }

    /// <summary>How the connection ended.</summary>
    public async Task<string> EndAsync(CancellationToken cancellationToken)
    {
        while (await StepAsync(cancellationToken))
        {
        }
        return LastWord;
    }

    /// <summary>Reads until so many bytes of the stream's body have arrived, or it has ended.</summary>
    public async Task<int> BytesOfAsync(int id, int count, CancellationToken cancellationToken)
    {
        while (AnswerTo(id).Bytes < count && !AnswerTo(id).HasEnded && await StepAsync(cancellationToken))
        {
        }
        return AnswerTo(id).Bytes;
    }

    public void Dispose() => stream.Dispose();

    private Answer AnswerTo(int id) => answers.TryGetValue(id, out var answer) ? answer : answers[id] = new Answer();

    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(cancellationToken) is not var (type, flags, id, payload))
            return false;
        switch (type)
        {
            case FrameType.Headers:
                foreach (var (name, value) in Hpack.Decode(payload))
                    AnswerTo(id).Headers[name] = value;
                break;
            case FrameType.Data:
                AnswerTo(id).Bytes += payload.Length;
                if (OpensWindows && payload.Length > 0)
                    await SendAsync(Frame.WindowUpdate(0, (uint)payload.Length));
                if (OpensWindows && payload.Length > 0 && (flags & Frame.EndStream) == 0)
                    await SendAsync(Frame.WindowUpdate(id, (uint)payload.Length));
                break;
            case FrameType.ResetStream:
                AnswerTo(id).Reset ??= (ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload);
                break;
            case FrameType.GoAway:
                // The last word counts: a server that leaves gently says first that it will.
                goAway = (ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4));
                break;
            case FrameType.Settings when (flags & Frame.Ack) == 0:
                await SendAsync(Frame.Of(FrameType.Settings, Frame.Ack, 0));
                hasGreeted = true;
                break;
            case FrameType.Ping when (flags & Frame.Ack) == 0:
                await SendAsync(Frame.Of(FrameType.Ping, Frame.Ack, 0, payload));
                break;
        }
        if (type is FrameType.Headers or FrameType.Data && (flags & Frame.EndStream) != 0)
            AnswerTo(id).IsWhole = true;
        return true;
    }

    private sealed class Answer
    {
        public Dictionary<string, string> Headers { get; } = [];

        public int Bytes { get; set; }

        public bool IsWhole { get; set; }

        public ErrorCode? Reset { get; set; }

        public bool HasEnded => IsWhole || Reset is not null;

        public string Word =>
            Headers.TryGetValue(":status", out var http) && http != "200" ? $"http {http}"
            : IsWhole && Headers.TryGetValue("grpc-status", out var status) ? $"{(StatusCode)int.Parse(status, CultureInfo.InvariantCulture)}"
            : Reset is { } code ? $"reset {code}"
            : "no status";
    }
}
