using FaceMix.Tests.Hostile.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FaceMix.Tests.Hostile.Client;

/// <summary>Our client, calling a server that means no good.</summary>
internal sealed class Victim : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly RawServer server = new();
    private readonly GrpcChannel channel;

    public Victim() => channel = GrpcChannel.ForAddress(server.Address);

    /// <summary>The status that the client makes of it: "OK" or another code's name.</summary>
    public async Task<string> CallAsync(Script script, bool isStream, TimeSpan? deadline, CancellationToken cancellationToken)
    {
        server.Now = script;
        // A connection that is being closed must not be there for the next call.
        using var own = script.Closes ? GrpcChannel.ForAddress(server.Address) : null;
        var client = new TargetService.TargetServiceClient(own ?? channel);
        var until = DateTime.UtcNow + (deadline ?? Limit);
        try
        {
            if (!isStream)
                await client.OneAsync(new Blob(), deadline: until, cancellationToken: cancellationToken);
            else
            {
                using var call = client.Down(new Blob(), deadline: until, cancellationToken: cancellationToken);
                while (await call.ResponseStream.MoveNext(CancellationToken.None))
                {
                }
            }
            return "OK";
        }
        catch (RpcException error)
        {
            return $"{error.StatusCode}";
        }
    }

    public void Dispose()
    {
        channel.Dispose();
        server.Dispose();
    }
}
