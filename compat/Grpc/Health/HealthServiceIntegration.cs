using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The health service as ASP.NET's health checks answer it.</summary>
internal sealed class HealthServiceIntegration(
    HealthServiceImpl published,
    HealthCheckService checks,
    IOptions<HealthCheckOptions> checkOptions,
    IOptions<GrpcHealthChecksOptions> options,
    IHostApplicationLifetime lifetime) : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (options.Value.UseHealthChecksCache)
            return await published.Check(request, context).ConfigureAwait(false);
        var status = await RunAsync(request.Service, context.CancellationToken).ConfigureAwait(false);
        return status == ServingStatus.ServiceUnknown
            ? throw new RpcException(new Status(StatusCode.NotFound, ""))
            : new HealthCheckResponse { Status = status };
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // A stream that lasts would keep the server from stopping.
        var stopping = options.Value.SuppressCompletionOnShutdown ? CancellationToken.None : lifetime.ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        var responses = options.Value.UseHealthChecksCache
            ? responseStream
            : new FirstReplaced(responseStream, () => RunAsync(request.Service, context.CancellationToken));
        await published.Watch(request, responses, new UntilStopped(context, either.Token)).ConfigureAwait(false);
        if (stopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }).ConfigureAwait(false);
    }

    /// <summary>No check: unknown. One that is unhealthy: not serving.</summary>
    public static ServingStatus Combined(IEnumerable<HealthReportEntry> entries) => entries.Aggregate(
        ServingStatus.Unknown,
        (status, entry) => status == ServingStatus.NotServing || entry.Status == HealthStatus.Unhealthy ? ServingStatus.NotServing : ServingStatus.Serving);

    private async Task<ServingStatus> RunAsync(string service, CancellationToken cancellationToken)
    {
        if (!options.Value.Services.TryGet(service, out var mapping))
            return ServingStatus.ServiceUnknown;
        var report = await checks.CheckHealthAsync(
            check => checkOptions.Value.Predicate?.Invoke(check) != false && mapping.HealthCheckPredicate!(new(check.Name, check.Tags)),
            cancellationToken).ConfigureAwait(false);
        return Combined(report.Entries.Values);
    }

    /// <summary>What was published may be old: the first message says what the checks say now.</summary>
    private sealed class FirstReplaced(IServerStreamWriter<HealthCheckResponse> inner, Func<Task<ServingStatus>> run) : IServerStreamWriter<HealthCheckResponse>
    {
        private bool isLater;

        public WriteOptions? WriteOptions { get; set; }

        public async Task WriteAsync(HealthCheckResponse message)
        {
            if (!isLater)
                message = new HealthCheckResponse { Status = await run().ConfigureAwait(false) };
            isLater = true;
            await inner.WriteAsync(message).ConfigureAwait(false);
        }
    }

    private sealed class UntilStopped(ServerCallContext inner, CancellationToken cancellationToken) : ServerCallContext
    {
        protected override string MethodCore => inner.Method;

        protected override string HostCore => inner.Host;

        protected override string PeerCore => inner.Peer;

        protected override DateTime DeadlineCore => inner.Deadline;

        protected override Metadata RequestHeadersCore => inner.RequestHeaders;

        protected override CancellationToken CancellationTokenCore => cancellationToken;

        protected override Metadata ResponseTrailersCore => inner.ResponseTrailers;

        protected override Status StatusCore { get => inner.Status; set => inner.Status = value; }

        protected override WriteOptions? WriteOptionsCore { get => inner.WriteOptions; set => inner.WriteOptions = value; }

        protected override AuthContext AuthContextCore => inner.AuthContext;

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => inner.WriteResponseHeadersAsync(responseHeaders);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => inner.CreatePropagationToken(options);
    }
}

/// <summary>Passes on what ASP.NET's checks found, whenever it publishes them.</summary>
internal sealed class GrpcHealthChecksPublisher(HealthServiceImpl published, IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var mapping in options.Value.Services)
            published.SetStatus(mapping.Name, HealthServiceIntegration.Combined(report.Entries
                .Where(entry => mapping.HealthCheckPredicate!(new(entry.Key, entry.Value.Tags)))
                .Select(entry => entry.Value)));
        return Task.CompletedTask;
    }
}
