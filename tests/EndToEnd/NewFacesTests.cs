using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>The gallery of faces drawn by seed.</summary>
[Collection(FaceMixCollection.Name)]
public class NewFacesTests(RunningFaceMix faceMix)
{
    private const int Faces = 24;

    [NeedsFaceMix]
    public async Task A_seed_gives_a_page_of_faces_that_differ()
    {
        await using var open = await faceMix.OpenAsync("#new?seed=100");
        await Expect(open.Page.Locator(".card[data-seed='123']")).ToHaveCountAsync(1);

        Assert.Equal(Faces, await open.Page.Locator(".card").CountAsync());
        var first = await open.PixelsAsync(".card[data-seed='100'] canvas");
        var last = await open.PixelsAsync(".card[data-seed='123'] canvas");
        Assert.True(OpenPage.Difference(first, last) > 3);
    }

    [NeedsFaceMix]
    public async Task Without_variety_all_faces_are_the_average_one()
    {
        await using var open = await faceMix.OpenAsync("#new?seed=100&variety=0");
        await Expect(open.Page.Locator(".card[data-seed='123']")).ToHaveCountAsync(1);

        var first = await open.PixelsAsync(".card[data-seed='100'] canvas");
        Assert.Equal(first, await open.PixelsAsync(".card[data-seed='123'] canvas"));
    }

    [NeedsFaceMix]
    public async Task Two_faces_go_from_the_gallery_into_the_mix()
    {
        await using var open = await faceMix.OpenAsync("#new?seed=100");

        await open.Button("Use face 3 as A").ClickAsync();
        await Expect(open.Button("Choose B too")).ToBeDisabledAsync();
        await open.Button("Use face 10 as B").ClickAsync();
        await open.Button("Mix them").ClickAsync();
        await open.MixedAsync();

        await Expect(open.Page.Locator("[data-slot=a] .origin")).ToHaveTextAsync("New face 102");
        await Expect(open.Page.Locator("[data-slot=b] .origin")).ToHaveTextAsync("New face 109");
    }

    [NeedsFaceMix]
    public async Task Going_back_keeps_what_was_chosen()
    {
        await using var open = await faceMix.OpenAsync("#new?seed=100");
        await open.Tab("mix").ClickAsync();
        await open.MixedAsync();
        var b = await open.Page.Locator("[data-slot=b] .origin").TextContentAsync();
        await open.Page.GoBackAsync();
        await open.Button("Use face 3 as A").ClickAsync();

        await open.Button("Mix them").ClickAsync();
        await open.MixedAsync();

        await Expect(open.Page.Locator("[data-slot=a] .origin")).ToHaveTextAsync("New face 102");
        await Expect(open.Page.Locator("[data-slot=b] .origin")).ToHaveTextAsync(b!);
    }

    [NeedsFaceMix]
    public async Task Draw_others_draws_others()
    {
        await using var open = await faceMix.OpenAsync("#new?seed=100");
        await Expect(open.Page.Locator(".card[data-seed='100']")).ToHaveCountAsync(1);

        await open.Button("Draw others").ClickAsync();

        await Expect(open.Page.Locator(".card[data-seed='100']")).ToHaveCountAsync(0);
    }
}
