using System.Threading.Channels;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// <c>grpc.health.v1</c> says what <see cref="Readiness"/> knows, of the whole server (named "") and of each mapped
/// service alike; watchers learn of a change at once.
/// </summary>
internal sealed class HealthOverGrpc(Readiness readiness, EndpointDataSource endpoints, IHostApplicationLifetime lifetime) : Health.HealthBase
{
    /// <exception cref="RpcException">NOT_FOUND: no such service is mapped.</exception>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => StatusOf(request.Service) is var status and not ServingStatus.ServiceUnknown
        ? Task.FromResult(new HealthCheckResponse { Status = status })
        : throw new RpcException(new Status(StatusCode.NotFound, $"No service '{request.Service}' is mapped."));

    /// <summary>Ends when the server is told to stop, because a stream that lasts would keep it from that.</summary>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // A watcher that reads slowly misses states in between, never the last one.
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var stopping = lifetime.ApplicationStopping.UnsafeRegister(static changes => ((Channel<bool>)changes!).Writer.TryComplete(), changes);
        readiness.Changed += Wake;
        try
        {
            Wake();
            var last = (ServingStatus?)null;
            await foreach (var _ in changes.Reader.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
                if (StatusOf(request.Service) is var now && now != last)
                    await TellAsync(now).ConfigureAwait(false);
            if (last != ServingStatus.NotServing)
                await TellAsync(ServingStatus.NotServing).ConfigureAwait(false);

            Task TellAsync(ServingStatus status) => responseStream.WriteAsync(new HealthCheckResponse { Status = (last = status).Value });
        }
        finally
        {
            readiness.Changed -= Wake;
        }

        void Wake() => changes.Writer.TryWrite(true);
    }

    private ServingStatus StatusOf(string service)
    {
        var isKnown = service.Length == 0 || endpoints.Endpoints.Any(each => each.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName == service);
        return !isKnown ? ServingStatus.ServiceUnknown : readiness.IsReady ? ServingStatus.Serving : ServingStatus.NotServing;
    }
}
