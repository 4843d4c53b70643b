using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.HealthCheck;

/// <summary>Tells each service's state to those who ask, and its changes to those who watch. One for the whole server.</summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    // A watcher that reads slowly misses states in between, never the last one.
    private const int MostWaiting = 5;

    private readonly Lock gate = new();
    private readonly Dictionary<string, ServingStatus> states = [];
    private readonly Dictionary<string, List<Channel<ServingStatus>>> watchers = [];

    /// <param name="service">With its package; empty for the whole server.</param>
    /// <param name="status">Watchers learn of it if it is another than before.</param>
    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (gate)
        {
            var before = StateOf(service);
            states[service] = status;
            Tell(service, before);
        }
    }

    /// <summary>The service is unknown from here on.</summary>
    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (gate)
        {
            var before = StateOf(service);
            states.Remove(service);
            Tell(service, before);
        }
    }

    public void ClearAll()
    {
        lock (gate)
            foreach (var service in states.Keys.ToArray())
                ClearStatus(service);
    }

    /// <exception cref="RpcException">NOT_FOUND: nobody set the service's status.</exception>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (gate)
            return states.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, ""));
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var changes = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (gate)
        {
            if (!watchers.TryGetValue(request.Service, out var others))
                watchers[request.Service] = others = [];
            others.Add(changes);
            changes.Writer.TryWrite(StateOf(request.Service));
        }
        try
        {
            using var leaving = context.CancellationToken.UnsafeRegister(static writer => ((ChannelWriter<ServingStatus>)writer!).TryComplete(), changes.Writer);
            await foreach (var status in changes.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
                if (watchers[request.Service] is var others && others.Remove(changes) && others.Count == 0)
                    watchers.Remove(request.Service);
        }
    }

    private ServingStatus StateOf(string service) => states.GetValueOrDefault(service, ServingStatus.ServiceUnknown);

    private void Tell(string service, ServingStatus before)
    {
        if (StateOf(service) is var now && now != before && watchers.TryGetValue(service, out var listening))
            foreach (var each in listening)
                each.Writer.TryWrite(now);
    }
}
