using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>
/// The pictures of the page in docs/. Each run takes them; they are kept where FACEMIX_SCREENSHOTS says:
/// <c>FACEMIX_SCREENSHOTS=docs dotnet test tests/EndToEnd --filter ScreenshotTests</c>
/// </summary>
[Collection(FaceMixCollection.Name)]
public sealed class ScreenshotTests(RunningFaceMix faceMix) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [NeedsFaceMix]
    public async Task By_features()
    {
        await using var open = await faceMix.OpenAsync("#features?want=Eyeglasses,Smiling&avoid=Wearing_Hat&pick=4");
        await open.AnsweredAsync("Eyeglasses,Smiling", "Wearing_Hat");
        await Expect(open.Chip("Eyeglasses")).ToBeVisibleAsync();
        await TakeAsync(open, "page-features.png");
    }

    [NeedsFaceMix]
    public async Task Mix()
    {
        // Both look ahead and neither wears anything, so that the middle is a face like any other.
        const string avoid = "Eyeglasses,Wearing_Hat,Gaze_Left,Gaze_Right,Narrow_Eyes";
        await using var open = await faceMix.OpenAsync($"#features?want=Red_Hair,Smiling,No_Beard,Young&avoid={avoid}&pick=2");
        await open.AnsweredAsync("Red_Hair,Smiling,No_Beard,Young", avoid);
        await open.Button("Use as A").ClickAsync();
        await open.Chip("Red_Hair").ClickAsync();
        await open.Chip("Black_Hair").ClickAsync();
        await open.Chip("Long_Hair").ClickAsync();
        await open.AnsweredAsync("Smiling,No_Beard,Young,Black_Hair,Long_Hair", $"{avoid},Red_Hair");
        await open.Button("Use as B").ClickAsync();
        await open.Tab("mix").ClickAsync();
        await open.MixedAsync();
        await TakeAsync(open, "page-mix.png");
    }

    [NeedsFaceMix]
    public async Task New_faces()
    {
        await using var open = await faceMix.OpenAsync("#new?seed=1");
        await open.Button("Use face 4 as A").ClickAsync();
        await open.Button("Use face 14 as B").ClickAsync();
        await open.Page.Mouse.MoveAsync(5, 5);
        await TakeAsync(open, "page-new-faces.png");
    }

    private async Task TakeAsync(OpenPage open, string name)
    {
        await open.Page.EvaluateAsync("document.fonts.ready");
        // Transitions are short; what is under way is over by then.
        await open.Page.WaitForTimeoutAsync(400);
        var kept = Environment.GetEnvironmentVariable("FACEMIX_SCREENSHOTS");
        var path = string.IsNullOrEmpty(kept) ? folder.File(name) : Repository.PathOf(kept, name);
        await open.Page.ScreenshotAsync(new() { Path = path });
        Assert.True(new FileInfo(path).Length > 20_000, $"{name} has hardly anything in it.");
    }

    public void Dispose() => folder.Dispose();
}
