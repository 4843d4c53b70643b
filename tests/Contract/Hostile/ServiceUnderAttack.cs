namespace FaceMix.Tests.Contract.Hostile;

/// <summary>A service and what is sent to it.</summary>
/// <param name="addresses">The service.</param>
/// <param name="path">A cheap method.</param>
/// <param name="good">A request for it that succeeds.</param>
internal sealed class ServiceUnderAttack(ServiceAddresses addresses, string path, byte[] good) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler());
    private readonly Messages.Case[] messages = Messages.All(good);
    private readonly Connections.Case[] connections = Connections.All(path, good);

    public Uri Grpc => addresses.Grpc;

    public string Path => path;

    public byte[] Good => good;

    /// <summary>Each attack once, one after the other.</summary>
    /// <returns>What ended otherwise than it should, a line each.</returns>
    public async Task<List<string>> AttackAsync()
    {
        var wrong = new List<string>();
        foreach (var each in messages)
        {
            Check(each.Name, await SendAsync(each), each.Allowed);
            Check($"{each.Name} as gRPC-Web", await SendAsync(each, isWeb: true), each.Allowed);
        }
        foreach (var each in connections)
        {
            using var limit = new CancellationTokenSource(Limit);
            Check(each.Name, await Connections.SendAsync(addresses.Grpc, each, limit.Token), each.Allowed);
        }
        return wrong;

        void Check(string name, string end, string[] allowed)
        {
            if (!allowed.Contains(end))
                wrong.Add($"{name}: {end} instead of {string.Join(" or ", allowed)}");
        }
    }

    public async Task<string> SendAsync(Messages.Case message, bool isWeb = false, string? otherPath = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        return await Messages.SendAsync(client, new Uri(isWeb ? addresses.Http : addresses.Grpc, otherPath ?? path), isWeb, message, limit.Token);
    }

    /// <summary>Fails unless a good call succeeds.</summary>
    public async Task MustAnswerAsync() => Assert.Equal("OK", await SendAsync(Messages.Good(good)));

    /// <summary>Connections of its that are open, or that it has not closed after the peer did; <see cref="SendAsync"/> keeps one.</summary>
    public int OpenConnections() => File.ReadLines("/proc/self/net/tcp").Skip(1)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Count(field => field[1].EndsWith($":{addresses.Grpc.Port:X4}", StringComparison.Ordinal) && field[3] is "01" or "08");

    public void Dispose() => client.Dispose();
}
