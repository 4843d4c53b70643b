using FaceMix.Decoder;
using FaceMix.Decoder.V1;
using FaceMix.ServiceDefaults;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FaceMix.Tests.Decoder;

/// <summary>The whole service on free ports, with a client.</summary>
internal sealed class DecoderHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private DecoderHost(WebApplication app)
    {
        _app = app;
        var addresses = app.Addresses();
        _channel = GrpcChannel.ForAddress(addresses[0]);
        Client = new DecoderService.DecoderServiceClient(_channel);
        Http = new HttpClient { BaseAddress = addresses[1] };
    }

    public DecoderService.DecoderServiceClient Client { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="models">The models folder.</param>
    /// <param name="replace">Services to put in the place of the real ones.</param>
    /// <param name="settings">More configuration, <c>Decoder:MaxBatch=4</c>.</param>
    public static async Task<DecoderHost> StartAsync(string models, Action<IServiceCollection>? replace = null, params string[] settings)
    {
        string[] arguments = ["--Bind:GrpcPort=0", "--Bind:HttpPort=0", $"--Models:Path={models}", "--Decoder:Device=cpu", "--Decoder:Threads=1", .. settings.Select(setting => "--" + setting)];
        var app = DecoderApp.Build(arguments, replace);
        await app.StartAsync();
        return new DecoderHost(app);
    }

    /// <summary>Starts with the first release published, and waits until it is served.</summary>
    public static async Task<DecoderHost> StartReadyAsync(TemporaryFolder models, Action<IServiceCollection>? replace = null, params string[] settings)
    {
        TinyModel.PublishFirstRelease(models.Path);
        var host = await StartAsync(models.Path, replace, settings);
        await host.WaitUntilReadyAsync();
        return host;
    }

    public Task WaitUntilReadyAsync() => UntilAsync(async () => (await Http.GetAsync(new Uri("/readyz", UriKind.Relative))).IsSuccessStatusCode);

    /// <summary>Waits until the newest version is this one.</summary>
    public Task WaitUntilServedAsync(string version) =>
        UntilAsync(async () => (await Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion == version);

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!await holds())
            await Task.Delay(10, timeout.Token);
    }

    /// <summary>Runs a call that must fail.</summary>
    public static async Task<(StatusCode Code, string Message, ErrorInfo Info, BadRequest? Fields, RetryInfo? Retry)> ErrorOfAsync(Func<Task> call)
    {
        var error = await Xunit.Assert.ThrowsAsync<RpcException>(call);
        var details = error.GetRpcStatus()!;
        return (error.StatusCode, error.Status.Detail, details.GetDetail<ErrorInfo>(), details.GetDetail<BadRequest>(), details.GetDetail<RetryInfo>());
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
