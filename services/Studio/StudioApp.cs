using FaceMix.ServiceDefaults;
using FaceMix.Studio.Forwarding;
using FaceMix.Studio.Page;

namespace FaceMix.Studio;

/// <summary>The host's parts in their order: headers, the page, the calls that are forwarded, and nothing else.</summary>
internal static class StudioApp
{
    /// <param name="args">Configuration, as <c>--Key:Name=value</c>.</param>
    /// <param name="page">The page's folder; by default <c>wwwroot</c> beside the program, wherever it is started from.</param>
    public static WebApplication Build(string[] args, string? page = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
            WebRootPath = page,
        });
        builder.AddServiceDefaults(new ServiceIdentity("studio", GrpcPort: null, HttpPort: 8080));
        builder.AddOptions<StudioOptions>("Studio");
        builder.Services.AddForwarding();
        // Only the page's files are of the types that are compressed; they hold no secret to guess from their length.
        builder.Services.AddResponseCompression(options => options.EnableForHttps = true);

        var app = builder.Build();
        app.Use((context, next) =>
        {
            SecurityHeaders.Add(context.Response.Headers);
            return next(context);
        });
        app.UseResponseCompression();
        app.UseDefaultFiles();
        app.UseStaticFiles(PageFiles.Options);
        app.MapServiceDefaults();
        app.MapForwarding();
        return app;
    }
}
