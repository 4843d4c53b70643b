using FaceMix.Latents.V1;
using Grpc.Net.Client;
using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>Tick features and get a face that has them.</summary>
[Collection(FaceMixCollection.Name)]
public class FeaturesTests(RunningFaceMix faceMix)
{
    [NeedsFaceMix]
    public async Task A_face_has_what_was_wanted_and_nothing_that_was_avoided()
    {
        await using var open = await faceMix.OpenAsync();

        await open.Chip("Eyeglasses").ClickAsync();
        await open.Chip("Smiling").ClickAsync(new() { ClickCount = 2 });
        await open.AnsweredAsync("Eyeglasses", "Smiling");

        var shown = await open.TraitsAsync();
        Assert.Contains("Eyeglasses", shown);
        Assert.DoesNotContain("Smiling", shown);
        Assert.Equal(await StoredAttributesAsync(await open.FaceIdAsync()), shown);
        await Expect(open.Page.Locator(".features .caption")).ToHaveTextAsync("Not a real person");
        await Expect(open.LeftOut).ToBeHiddenAsync();
        var pixels = await open.PixelsAsync(".features canvas");
        Assert.True(pixels.Max() - pixels.Min() > 60, "The picture is of one colour.");
    }

    [NeedsFaceMix]
    public async Task Another_is_always_another()
    {
        await using var open = await faceMix.OpenAsync("#features?want=Wearing_Hat");
        await open.AnsweredAsync("Wearing_Hat", "");

        for (var i = 0; i < 5; i++)
        {
            var before = await open.FaceIdAsync();
            await open.Button("Another").ClickAsync();
            await Expect(open.Features).Not.ToHaveAttributeAsync("data-face", $"{before}");
            Assert.Contains("Wearing_Hat", await open.TraitsAsync());
        }
    }

    [NeedsFaceMix]
    public async Task Wishes_that_no_face_grants_are_named()
    {
        await using var open = await faceMix.OpenAsync();

        await open.Chip("Bald").ClickAsync();
        await open.Chip("Long_Hair").ClickAsync();
        await open.Chip("Eyeglasses").ClickAsync();
        await open.AnsweredAsync("Bald,Long_Hair,Eyeglasses", "");

        await Expect(open.LeftOut).ToBeVisibleAsync();
        var traits = await open.TraitsAsync();
        Assert.Contains("Eyeglasses", traits);
        var missing = traits.Contains("Bald") ? ("Long_Hair", "long hair") : ("Bald", "bald");
        await Expect(open.LeftOut).ToHaveTextAsync($"No face has all of this. Left out: {missing.Item2}.");
        await Expect(open.Chip(missing.Item1)).ToHaveClassAsync("chip unmet");
        await Expect(open.Chip("Eyeglasses")).ToHaveClassAsync("chip");
    }

    [NeedsFaceMix]
    public async Task A_link_gives_the_same_face_again()
    {
        await using var first = await faceMix.OpenAsync();
        await first.Chip("Blond_Hair").ClickAsync();
        await first.AnsweredAsync("Blond_Hair", "");
        await first.Button("Another").ClickAsync();
        await first.Page.WaitForTimeoutAsync(500);
        await first.AnsweredAsync("Blond_Hair", "");
        var hash = new Uri(first.Page.Url).Fragment;

        await using var second = await faceMix.OpenAsync(hash);

        await second.AnsweredAsync("Blond_Hair", "");
        Assert.Equal(await first.FaceIdAsync(), await second.FaceIdAsync());
    }

    [NeedsFaceMix]
    public async Task The_keyboard_is_enough()
    {
        await using var open = await faceMix.OpenAsync();
        await Expect(open.Chip("Smiling")).ToBeVisibleAsync();

        await open.Chip("Smiling").FocusAsync();
        await open.Page.Keyboard.PressAsync("Space");
        await open.AnsweredAsync("Smiling", "");
        await open.Page.Keyboard.PressAsync("Enter");
        await open.AnsweredAsync("", "Smiling");

        await Expect(open.Chip("Smiling")).ToHaveAttributeAsync("aria-label", "Smiling: avoided");
    }

    [NeedsFaceMix]
    public async Task A_wish_that_the_store_does_not_know_is_said_and_can_be_cleared()
    {
        await using var open = await faceMix.OpenAsync("#features?want=Third_Eye");

        await Expect(open.Notice).ToContainTextAsync("Third_Eye");
        await open.Button("Clear all").ClickAsync();

        await open.AnsweredAsync("", "");
        await Expect(open.Notice).ToHaveCountAsync(0);
    }

    private async Task<IReadOnlyList<string>> StoredAttributesAsync(long id)
    {
        using var channel = GrpcChannel.ForAddress(faceMix.LatentStore.Grpc);
        var client = new LatentStoreService.LatentStoreServiceClient(channel);
        var reply = await client.GetLatentAsync(new GetLatentRequest { Id = id });
        return [.. reply.Latent.Attributes];
    }
}
