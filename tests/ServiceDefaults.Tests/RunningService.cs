using System.Collections.Concurrent;
using FaceMix.Decoder.V1;
using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using Serilog.Events;

namespace FaceMix.Tests.Services;

/// <summary>A service with the defaults and <see cref="Counting"/>, on free ports.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly GrpcChannel channel;
    private readonly LogCollector log;

    private RunningService(WebApplication app, LogCollector log)
    {
        this.log = log;
        App = app;
        channel = GrpcChannel.ForAddress(app.Addresses()[0]);
        Client = new CountingService.CountingServiceClient(channel);
        Http = new HttpClient { BaseAddress = app.Addresses()[1] };
    }

    public WebApplication App { get; }

    public GrpcChannel Channel => channel;

    public CountingService.CountingServiceClient Client { get; }

    public HttpClient Http { get; }

    public Readiness Readiness => App.Services.GetRequiredService<Readiness>();

    /// <summary>What it has logged.</summary>
    public IEnumerable<LogEvent> Log => log.Events;

    /// <param name="args">Configuration, <c>--Bind:Insecure=true</c>.</param>
    /// <param name="log">Receives the log as well.</param>
    public static WebApplication Build(string[] args, ILogEventSink? log = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults(new ServiceIdentity("tested", GrpcPort: 0, HttpPort: 0, CountingService.Descriptor.FullName, DecoderService.Descriptor.FullName));
        builder.Services.AddSingleton<IErrorMapper, Counting.Mapper>();
        if (log is not null)
            builder.Services.AddSingleton(log);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<Counting>();
        app.MapGrpcService<Decoder>();
        return app;
    }

    public static async Task<RunningService> StartAsync(params string[] args)
    {
        var log = new LogCollector();
        var app = Build(args, log);
        await app.StartAsync();
        return new RunningService(app, log);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        channel.Dispose();
        await App.DisposeAsync();
    }

    // Has none of its methods.
    private sealed class Decoder : DecoderService.DecoderServiceBase;

    private sealed class LogCollector : ILogEventSink
    {
        public ConcurrentQueue<LogEvent> Events { get; } = [];

        public void Emit(LogEvent logEvent) => Events.Enqueue(logEvent);
    }
}
