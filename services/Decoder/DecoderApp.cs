using FaceMix.Decoder.Batching;
using FaceMix.Decoder.Inference;
using FaceMix.Decoder.Models;
using FaceMix.Decoder.Pictures;
using FaceMix.Decoder.Rpc;
using FaceMix.Decoder.V1;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;

namespace FaceMix.Decoder;

/// <summary>The service, put together.</summary>
public static class DecoderApp
{
    private static readonly ServiceIdentity Identity = new("decoder", GrpcPort: 5101, HttpPort: 5111, DecoderService.Descriptor.FullName);

    /// <param name="args">Configuration from the command line, such as <c>--Models:Path=…</c>.</param>
    /// <param name="replace">Changes what tests need changed.</param>
    /// <exception cref="StartException">The configuration is wrong.</exception>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateBuilder(args).AddServiceDefaults(Identity);
        builder.AddOptions<BatchingOptions>("Decoder");
        builder.AddOptions<InferenceOptions>("Decoder");
        builder.AddOptions<ModelOptions>("Decoder");
        var folder = builder.AddOptions<ModelFolderOptions>("Models");
        builder.Services
            .AddSingleton(new ModelCatalog(folder.Path))
            .AddSingleton<IPictureDecoderFactory, OnnxPictureDecoderFactory>()
            .AddSingleton<DecoderMetrics>()
            .AddSingleton<ModelLoader>()
            .AddSingleton<LoadedModels>()
            .AddSingleton<BatchQueue>()
            .AddSingleton<Faces>()
            .AddSingleton<DecoderRpc>()
            .AddSingleton<IErrorMapper, RefusalMapper>()
            .AddHostedService<BatchWorker>()
            .AddHostedService<ModelUpdates>();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        // Chooses the device, so that one which is not there refuses the start before anything listens.
        app.Services.GetRequiredService<IPictureDecoderFactory>();
        app.MapServiceDefaults();
        app.MapGrpcService<DecoderRpc>();
        app.Services.GetRequiredService<DecoderMetrics>().Observe(app.Services.GetRequiredService<LoadedModels>());
        return app;
    }
}
