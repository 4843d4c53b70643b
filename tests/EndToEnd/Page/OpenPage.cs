using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>
/// The page in a browser, with the words that tests speak about it. Whatever the browser complains of (a script's
/// error, a broken content security policy) fails the test that disposes of it.
/// </summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> complaints = [];

    private OpenPage(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.PageError += (_, error) => complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            // A server that is away is for the page to say, and tests look for that.
            var away = message.Text.Contains("net::ERR_CONNECTION_REFUSED", StringComparison.Ordinal);
            if (message.Type is "error" or "warning" && !away)
                complaints.Enqueue(message.Text);
        };
    }

    public IPage Page { get; }

    public ILocator Features => Page.Locator(".features");

    public ILocator LeftOut => Page.Locator(".left-out");

    public ILocator Notice => Page.Locator(".notice:visible");

    public static async Task<OpenPage> AtAsync(IBrowser browser, Uri address, bool dark)
    {
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1280, Height = 860 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var open = new OpenPage(context, await context.NewPageAsync());
        await open.Page.GotoAsync(address.ToString());
        return open;
    }

    public ILocator Chip(string feature) => Page.Locator($".chip[data-feature={feature}]");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Tab(string view) => Page.Locator($".tab[data-view={view}]");

    /// <summary>Waits until the face shown answers exactly these wishes, comma-separated, in the order they were made.</summary>
    public Task AnsweredAsync(string want, string avoid) =>
        Expect(Features).ToHaveAttributeAsync("data-answers", $"{want}|{avoid}");

    public async Task<long> FaceIdAsync() => long.Parse((await Features.GetAttributeAsync("data-face"))!);

    public async Task<IReadOnlyList<string>> TraitsAsync() =>
        await Page.Locator("[data-trait]").EvaluateAllAsync<string[]>("all => all.map(each => each.dataset.trait)");

    /// <summary>Waits until the mix of both faces is there to slide through.</summary>
    public Task MixedAsync() => Expect(Page.Locator("#weight")).ToBeEnabledAsync(new() { Timeout = 20_000 });

    public Task SlideAsync(int step) => Page.Locator("#weight").FillAsync(step.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A canvas, read back at 16 × 16: red, green and blue of each pixel, row by row.</summary>
    public Task<int[]> PixelsAsync(string canvas) => Page.Locator(canvas).First.EvaluateAsync<int[]>(
        """
        canvas => {
          const small = new OffscreenCanvas(16, 16).getContext("2d");
          small.drawImage(canvas, 0, 0, 16, 16);
          return [...small.getImageData(0, 0, 16, 16).data].filter((_, i) => i % 4 !== 3);
        }
        """);

    /// <summary>Mean absolute difference of two pictures, 0 to 255.</summary>
    public static double Difference(int[] one, int[] other) =>
        one.Zip(other, (a, b) => Math.Abs(a - b)).Average();

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        Assert.Empty(complaints);
    }
}
