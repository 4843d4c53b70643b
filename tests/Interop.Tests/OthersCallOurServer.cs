namespace FaceMix.Tests.Interop;

/// <summary>Our server, and a client that is not ours, once for all cases.</summary>
public abstract class OtherClient : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private InteropHost? host;
    private Peer? peer;

    public async Task InitializeAsync()
    {
        if (Lacks is not null)
            return;
        host = await InteropHost.StartAsync();
        peer = await StartAsync(host.Grpc.Authority, folder.Path);
    }

    public async Task DisposeAsync()
    {
        if (peer is not null)
            await peer.DisposeAsync();
        if (host is not null)
            await host.DisposeAsync();
        folder.Dispose();
    }

    internal async Task RunAsync(string name, Direction direction)
    {
        var expected = InteropCases.Of(name, direction);
        host!.Seen.Forget();
        await peer!.RunAsync(name);
        host.Seen.MustAgreeWith(expected);
        if (expected.IsCancelled)
            await host.Seen.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private protected abstract string? Lacks { get; }

    private protected abstract Task<Peer> StartAsync(string address, string folder);
}

public sealed class NodeClient : OtherClient
{
    private protected override string? Lacks => Missing.Node;

    private protected override Task<Peer> StartAsync(string address, string folder) => Task.FromResult(Peer.Node("client.mjs", address));
}

public sealed class PythonClient : OtherClient
{
    private protected override string? Lacks => Missing.PythonGrpc;

    private protected override async Task<Peer> StartAsync(string address, string folder)
    {
        await Peer.WriteStubsAsync(folder);
        return Peer.PythonProgram("client.py", folder, address);
    }
}

public sealed class NodeCallsOurServer(NodeClient client) : IClassFixture<NodeClient>
{
    public static TheoryData<string> Names => InteropCases.Names;

    [NeedsNodeTheory]
    [MemberData(nameof(Names))]
    public Task Passes(string name) => client.RunAsync(name, Direction.NodeCallsUs);
}

public sealed class PythonCallsOurServer(PythonClient client) : IClassFixture<PythonClient>
{
    public static TheoryData<string> Names => InteropCases.Names;

    [NeedsPythonTheory]
    [MemberData(nameof(Names))]
    public Task Passes(string name) => client.RunAsync(name, Direction.PythonCallsUs);
}
