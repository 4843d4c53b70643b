using FaceMix.Tests.Hostile.Http2;

namespace FaceMix.Tests.Hostile.Server;

/// <summary>Who attacks a server: by one connection for many calls, or by one of its own.</summary>
internal sealed class Attacker(TargetServer server) : IDisposable
{
    private RawClient? shared;

    public TargetServer Server => server;

    /// <summary>A connection that goes on after the call.</summary>
    public async Task<RawClient> SharedAsync()
    {
        if (shared is { IsUsable: true })
            return shared;
        shared?.Dispose();
        return shared = await RawClient.ConnectAsync(server.Grpc);
    }

    public Task<RawClient> OwnAsync(uint window = 1 << 20, bool opensWindows = true, bool greets = true) =>
        RawClient.ConnectAsync(server.Grpc, window, opensWindows, greets);

    /// <summary>One call with this body, by the shared connection.</summary>
    public async Task<string> CallAsync(string method, byte[] body, CancellationToken cancellationToken, params (string, string)[] headers)
    {
        var client = await SharedAsync();
        var id = client.NewStream();
        var frames = new MemoryStream();
        frames.Write(Frame.LongHeaders(id, RawClient.Call(method, headers)));
        foreach (var piece in body.Chunk(16_384))
            frames.Write(Frame.Data(id, piece, ends: false));
        frames.Write(Frame.Data(id, default, ends: true));
        await client.SendAsync(frames.ToArray());
        return await client.EndOfAsync(id, cancellationToken);
    }

    public void Dispose() => shared?.Dispose();
}
