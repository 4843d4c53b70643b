using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>Two faces and everything between them.</summary>
[Collection(FaceMixCollection.Name)]
public class MixTests(RunningFaceMix faceMix)
{
    private const int LastStep = 32;
    private const string Result = ".bench > .framed canvas";

    [NeedsFaceMix]
    public async Task The_slider_goes_from_A_to_B()
    {
        await using var open = await faceMix.OpenAsync("#features?want=Black_Hair,Eyeglasses&avoid=Long_Hair");
        await open.AnsweredAsync("Black_Hair,Eyeglasses", "Long_Hair");
        await open.Button("Use as A").ClickAsync();
        await open.Button("Clear all").ClickAsync();
        await open.AnsweredAsync("", "");
        await open.Chip("Blond_Hair").ClickAsync();
        await open.Chip("Long_Hair").ClickAsync();
        await open.AnsweredAsync("Blond_Hair,Long_Hair", "");
        await open.Button("Use as B").ClickAsync();
        await open.Button("Mix them").ClickAsync();
        await open.MixedAsync();

        var a = await open.PixelsAsync("[data-slot=a] canvas");
        var b = await open.PixelsAsync("[data-slot=b] canvas");
        var mixed = new List<int[]>();
        for (var step = 0; step <= LastStep; step += LastStep / 4)
        {
            await open.SlideAsync(step);
            mixed.Add(await open.PixelsAsync(Result));
        }

        var apart = OpenPage.Difference(a, b);
        Assert.True(apart > 5, $"A and B look the same ({apart:0.0}).");
        // The ends are enlarged to another size than A and B themselves: close, not equal.
        Assert.True(OpenPage.Difference(a, mixed[0]) < apart / 4);
        Assert.True(OpenPage.Difference(b, mixed[^1]) < apart / 4);
        var fromA = mixed.Select(picture => OpenPage.Difference(mixed[0], picture)).ToList();
        Assert.Equal(fromA.Order(), fromA);
        await Expect(open.Page.Locator(".share-line")).ToHaveTextAsync("0% A, 100% B");
        await Expect(open.Page.Locator(".mix .caption").First).ToHaveTextAsync("Not a real person");
    }

    [NeedsFaceMix]
    public async Task Swapping_keeps_the_picture_and_turns_the_slider()
    {
        await using var open = await faceMix.OpenAsync("#mix?weight=0.25");
        await open.MixedAsync();
        var before = await open.PixelsAsync(Result);

        await open.Button("Swap A and B").ClickAsync();
        await open.MixedAsync();

        await Expect(open.Page.Locator(".share-line")).ToHaveTextAsync("25% A, 75% B");
        Assert.True(OpenPage.Difference(before, await open.PixelsAsync(Result)) < 2);
    }

    [NeedsFaceMix]
    public async Task A_mix_can_be_opened_again_from_its_link()
    {
        await using var first = await faceMix.OpenAsync("#mix");
        await first.MixedAsync();
        var hash = new Uri(first.Page.Url).Fragment;

        await using var second = await faceMix.OpenAsync(hash);
        await second.MixedAsync();

        Assert.Equal(await first.PixelsAsync(Result), await second.PixelsAsync(Result));
    }

    [NeedsFaceMix]
    public async Task The_mix_downloads_as_the_models_own_png()
    {
        await using var open = await faceMix.OpenAsync("#mix");
        await open.MixedAsync();

        var download = await open.Page.RunAndWaitForDownloadAsync(() => open.Button("Download PNG").ClickAsync());

        Assert.Equal("facemix-mix-50.png", download.SuggestedFilename);
        var bytes = await File.ReadAllBytesAsync(await download.PathAsync());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
    }

    [NeedsFaceMix]
    public async Task A_random_face_replaces_one_end()
    {
        await using var open = await faceMix.OpenAsync("#mix");
        await open.MixedAsync();
        var (a, b) = (await open.PixelsAsync("[data-slot=a] canvas"), await open.PixelsAsync("[data-slot=b] canvas"));
        var origin = open.Page.Locator("[data-slot=b] .origin");
        var before = await origin.TextContentAsync();

        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Random face for B" }).ClickAsync();
        await Expect(origin).Not.ToHaveTextAsync(before!);
        await open.MixedAsync();

        Assert.Equal(a, await open.PixelsAsync("[data-slot=a] canvas"));
        Assert.NotEqual(b, await open.PixelsAsync("[data-slot=b] canvas"));
    }
}
