namespace Grpc.Net.Client.Balancer;

/// <summary>The handler that makes a channel's connections, where it lets us make them.</summary>
internal static class Sockets
{
    /// <summary>
    /// Finds it behind the handlers that delegate to it, and has it take the connections of the subchannel that a
    /// request is sent to. Null: another kind, one with a connect callback of its own, or one behind a proxy.
    /// </summary>
    public static SocketsHttpHandler? Of(HttpMessageHandler handler, Uri target)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
            handler = inner;
        if (handler is not SocketsHttpHandler sockets || IsProxied(sockets, target))
            return null;
        // Channels may share a handler, and each may be the first.
        lock (sockets)
        {
            if (sockets.ConnectCallback is null)
                sockets.ConnectCallback = ConnectAsync;
            return sockets.ConnectCallback == ConnectAsync ? sockets : null;
        }
    }

    private static ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        context.InitialRequestMessage.Options.TryGetValue(Subchannel.OfRequest, out var subchannel)
            ? subchannel.TakeAsync(cancellationToken)
            : throw new InvalidOperationException("The handler belongs to a gRPC channel: it cannot send other requests.");

    private static bool IsProxied(SocketsHttpHandler sockets, Uri target) =>
        sockets.UseProxy && (sockets.Proxy ?? HttpClient.DefaultProxy) is var proxy && !proxy.IsBypassed(target) && proxy.GetProxy(target) is { } other && other != target;
}
