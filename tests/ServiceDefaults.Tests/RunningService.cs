using FaceMix.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace FaceMix.Tests.Services;

/// <summary>A service with nothing but the defaults, on free ports.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private RunningService(WebApplication app)
    {
        App = app;
        Http = new HttpClient { BaseAddress = app.Addresses()[1] };
    }

    public WebApplication App { get; }

    public HttpClient Http { get; }

    public static WebApplication Build(Action<WebApplication>? map = null, params (string Key, string Value)[] configuration)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(configuration.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value)));
        builder.AddServiceDefaults(new ServiceIdentity("tested", GrpcPort: 0, HttpPort: 0));
        var app = builder.Build();
        app.MapServiceDefaults();
        map?.Invoke(app);
        return app;
    }

    public static async Task<RunningService> StartAsync(Action<WebApplication>? map = null, params (string Key, string Value)[] configuration)
    {
        var app = Build(map, configuration);
        await app.StartAsync();
        return new RunningService(app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
    }
}
