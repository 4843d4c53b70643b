namespace FaceMix.Studio.Page;

/// <summary>How long a browser keeps the page's files.</summary>
internal static class PageFiles
{
    /// <summary>
    /// A file asked for with the hash of its content (<c>?v=…</c>, written by web/build.mjs) never changes;
    /// all others are asked for again and answered with 304 while they are the same.
    /// </summary>
    public static string CacheControl(IQueryCollection query) =>
        query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";

    public static StaticFileOptions Options { get; } = new()
    {
        OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = CacheControl(file.Context.Request.Query),
    };
}
