using FaceMix.Decoder.Batching;
using FaceMix.Decoder.Inference;
using FaceMix.Decoder.Models;
using FaceMix.Decoder.Pictures;
using FaceMix.Decoder.Rpc;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace FaceMix.Decoder;

/// <summary>Puts the service together.</summary>
public static class DecoderApp
{
    /// <param name="args">The command line, <c>--Models:Path=…</c>.</param>
    /// <param name="replace">Changes what tests need changed.</param>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults(new ServiceIdentity("decoder", GrpcPort: 5101, HttpPort: 5111));
        var services = builder.Services;
        Bind<BatchingOptions>(builder, "Decoder");
        Bind<InferenceOptions>(builder, "Decoder");
        Bind<ModelOptions>(builder, "Decoder", "Models");

        services.AddSingleton(provider => new ModelCatalog(provider.GetRequiredService<IOptions<ModelOptions>>().Value.Path));
        services.AddSingleton<IPictureDecoderFactory, OnnxPictureDecoderFactory>();
        services.AddSingleton<DecoderMetrics>();
        services.AddSingleton<ModelLoader>();
        services.AddSingleton<LoadedModels>();
        services.AddSingleton<BatchQueue>();
        services.AddSingleton<Faces>();
        services.AddSingleton<DecoderRpc>();
        services.AddHostedService<BatchWorker>();
        services.AddHostedService<ModelUpdates>();
        replace?.Invoke(services);

        var app = builder.Build();
        // Chooses the device, so that one which is not there refuses the start before anything listens.
        app.Services.GetRequiredService<IPictureDecoderFactory>();
        app.MapServiceDefaults();
        app.MapGrpcService<DecoderRpc>();
        var queue = app.Services.GetRequiredService<BatchQueue>();
        app.Lifetime.ApplicationStopping.Register(() => Log.Draining(app.Logger, queue.Length));
        return app;
    }

    // Read once here as well, so that "Threads=many" is a sentence about that and not a stack trace.
    private static void Bind<TOptions>(WebApplicationBuilder builder, params string[] sections)
        where TOptions : class, new()
    {
        var options = builder.Services.AddOptions<TOptions>().ValidateDataAnnotations().ValidateOnStart();
        foreach (var section in sections)
        {
            try
            {
                builder.Configuration.GetSection(section).Bind(new TOptions());
            }
            catch (InvalidOperationException e)
            {
                throw new StartException($"The configuration of {section} cannot be read: {e.Message}", e);
            }
            options.BindConfiguration(section);
        }
    }
}
