using FaceMix.Tests.Interop.Wire;
using Grpc.Net.Client;

namespace FaceMix.Tests.Interop;

/// <summary>A server, ours or not, and a channel of ours to it, once for all cases.</summary>
public abstract class CalledServer : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly Seen seen = new();
    private GrpcChannel? channel;

    public async Task InitializeAsync()
    {
        if (Lacks is not null)
            return;
        var address = await StartAsync(folder.Path);
        channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = new TappedHandler(seen), DisposeHttpClient = true });
    }

    public async Task DisposeAsync()
    {
        channel?.Dispose();
        await StopAsync();
        folder.Dispose();
    }

    internal async Task RunAsync(string name, Direction direction)
    {
        var expected = InteropCases.Of(name, direction);
        seen.Forget();
        Server?.Forget();
        await expected.Run(new OurClient(channel!, probesCompression: direction != Direction.WeCallPython));
        seen.MustAgreeWith(expected);
        Server?.MustAgreeWith(expected);
        if (expected.IsCancelled && Server is { } server)
            await server.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private protected abstract string? Lacks { get; }

    private protected virtual Seen? Server => null;

    private protected abstract Task<Uri> StartAsync(string folder);

    private protected abstract ValueTask StopAsync();
}

public abstract class OtherServer : CalledServer
{
    private Peer? peer;

    private protected sealed override async Task<Uri> StartAsync(string folder)
    {
        peer = await StartPeerAsync(folder);
        return new Uri($"http://127.0.0.1:{await peer.PortAsync()}");
    }

    private protected sealed override ValueTask StopAsync() => peer?.DisposeAsync() ?? default;

    private protected abstract Task<Peer> StartPeerAsync(string folder);
}

public sealed class NodeServer : OtherServer
{
    private protected override string? Lacks => Missing.Node;

    private protected override Task<Peer> StartPeerAsync(string folder) => Task.FromResult(Peer.Node("server.mjs"));
}

public sealed class PythonServer : OtherServer
{
    private protected override string? Lacks => Missing.PythonGrpc;

    private protected override async Task<Peer> StartPeerAsync(string folder)
    {
        await Peer.WriteStubsAsync(folder);
        return Peer.PythonProgram("server.py", folder);
    }
}

public sealed class OurServer : CalledServer
{
    private InteropHost? host;

    private protected override string? Lacks => null;

    private protected override Seen? Server => host!.Seen;

    private protected override async Task<Uri> StartAsync(string folder)
    {
        host = await InteropHost.StartAsync();
        return host.Grpc;
    }

    private protected override ValueTask StopAsync() => host?.DisposeAsync() ?? default;
}

public sealed class OurClientCallsNode(NodeServer server) : IClassFixture<NodeServer>
{
    public static TheoryData<string> Names => InteropCases.Names;

    [NeedsNodeTheory]
    [MemberData(nameof(Names))]
    public Task Passes(string name) => server.RunAsync(name, Direction.WeCallNode);
}

public sealed class OurClientCallsPython(PythonServer server) : IClassFixture<PythonServer>
{
    public static TheoryData<string> Names => InteropCases.Names;

    [NeedsPythonTheory]
    [MemberData(nameof(Names))]
    public Task Passes(string name) => server.RunAsync(name, Direction.WeCallPython);
}

public sealed class OurClientCallsOurServer(OurServer server) : IClassFixture<OurServer>
{
    public static TheoryData<string> Names => InteropCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public Task Passes(string name) => server.RunAsync(name, Direction.WeCallUs);
}
