using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace FaceMix.Tests.Studio;

/// <summary>The page's files: how they are served, and what is in them.</summary>
public partial class PageTests
{
    private static readonly Uri Nowhere = new("http://127.0.0.1:9");

    [Theory]
    [InlineData("/")]
    [InlineData("/app.js")]
    [InlineData("/missing.js")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path)
    {
        await using var studio = await StudioUnderTest.StartAsync(Nowhere);

        using var response = await studio.Client.GetAsync(path);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/", "no-cache")]
    [InlineData("/app.js", "no-cache")]
    [InlineData("/app.js?v=0123456789ab", "public, max-age=31536000, immutable")]
    public async Task A_file_asked_for_by_its_hash_is_kept_and_others_are_asked_for_again(string path, string expected)
    {
        await using var studio = await StudioUnderTest.StartAsync(Nowhere);

        using var response = await studio.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, Assert.Single(response.Headers.NonValidated["Cache-Control"]));
    }

    [Fact]
    public async Task The_page_travels_compressed()
    {
        await using var studio = await StudioUnderTest.StartAsync(Nowhere);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app.js");
        request.Headers.Add("Accept-Encoding", "br, gzip");

        using var response = await studio.Client.SendAsync(request);

        Assert.Equal("br", Assert.Single(response.Content.Headers.ContentEncoding));
    }

    [Fact]
    public void The_built_page_has_nothing_inline_and_asks_nobody_else()
    {
        var html = File.ReadAllText(Repository.PathOf("services", "Studio", "wwwroot", "index.html"));

        Assert.Matches("src=\"app\\.js\\?v=[0-9a-f]{12}\"", html);
        Assert.Matches("href=\"style\\.css\\?v=[0-9a-f]{12}\"", html);
        Assert.DoesNotMatch(Inline(), html);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task The_host_says_that_it_works(string path)
    {
        await using var studio = await StudioUnderTest.StartAsync(Nowhere);

        using var response = await studio.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [NeedsNode]
    public async Task The_pages_modules_pass_their_own_tests()
    {
        var start = new ProcessStartInfo("node", ["tests/run.mjs"])
        {
            WorkingDirectory = Repository.PathOf("services", "Studio", "web"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();

        Assert.True(node.ExitCode == 0, output + await errors);
    }

    [GeneratedRegex("""<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style""")]
    private static partial Regex Inline();
}
