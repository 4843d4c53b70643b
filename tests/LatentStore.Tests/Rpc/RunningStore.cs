using FaceMix.Latents.V1;
using FaceMix.LatentStore;
using FaceMix.LatentStore.Memory;
using FaceMix.ServiceDefaults;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

/// <summary>The whole service on free ports, and a generated client for it.</summary>
public sealed class RunningStore : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private RunningStore(WebApplication app)
    {
        _app = app;
        _channel = GrpcChannel.ForAddress(app.Addresses()[0]);
        Client = new LatentStoreService.LatentStoreServiceClient(_channel);
        Http = new HttpClient { BaseAddress = app.Addresses()[1] };
    }

    public LatentStoreService.LatentStoreServiceClient Client { get; }

    public HttpClient Http { get; }

    /// <summary>The copy of the first latent space in memory; null where there is none.</summary>
    public FaceTable? Table => _app.Services.GetRequiredService<FaceCopies>() is { Loaded: [var key, ..] } copies ? copies.Find(key) : null;

    public static async Task<RunningStore> StartAsync(string connectionString, params string[] options)
    {
        var app = LatentStoreApp.Build(
        [
            "--Bind:GrpcPort=0", "--Bind:HttpPort=0", $"--Store:ConnectionString={connectionString}", "--Store:ConnectTimeout=00:00:02", "--Store:MaxRetryDelay=00:00:00.2", .. options,
        ]);
        await app.StartAsync();
        return new RunningStore(app);
    }

    public async Task UntilReadyAsync(bool ready = true)
    {
        for (var i = 0; i < 200; i++)
        {
            using var answer = await Http.GetAsync("/readyz");
            if (answer.IsSuccessStatusCode == ready)
                return;
            await Task.Delay(50);
        }
        Assert.Fail($"/readyz did not become {(ready ? "200" : "503")} within 10 s: {await Http.GetStringAsync("/readyz")}");
    }

    /// <summary>The call's error: its code, the reason in its ErrorInfo, its message, and field → description of its BadRequest.</summary>
    public static async Task<(StatusCode Code, string Reason, string Message, Dictionary<string, string> Fields)> ErrorOfAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        var details = error.GetRpcStatus();
        Assert.NotNull(details);
        var info = details.GetDetail<ErrorInfo>();
        Assert.Equal("facemix", info.Domain);
        var fields = (details.GetDetail<BadRequest>()?.FieldViolations ?? []).ToDictionary(violation => violation.Field, violation => violation.Description);
        return (error.StatusCode, info.Reason, error.Status.Detail, fields);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
