using FaceMix.Studio.Forwarding;
using FaceMix.Studio.Page;

namespace FaceMix.Studio;

/// <summary>The host's parts in their order: headers, the page, the calls that are passed on, and nothing else.</summary>
internal static class StudioHost
{
    public static void AddStudio(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<StudioOptions>().BindConfiguration("Studio").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Forwarder>();
        // Only the page's files are of the types that are compressed; they hold no secret to guess from their length.
        builder.Services.AddResponseCompression(options => options.EnableForHttps = true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    }

    public static void UseStudio(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            SecurityHeaders.Add(context.Response.Headers);
            return next(context);
        });
        app.UseResponseCompression();
        app.UseDefaultFiles();
        app.UseStaticFiles(PageFiles.Options);

        var forwarder = app.Services.GetRequiredService<Forwarder>();
        foreach (var (path, upstream) in ReaderMethods.All)
            app.MapPost(path, context => forwarder.ForwardAsync(context, path, upstream));
    }
}
