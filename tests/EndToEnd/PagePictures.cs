using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>Takes the pictures of the page in docs/: <c>./facemix pictures</c>.</summary>
internal sealed class PagePictures(RunningFaceMix faceMix, string folder)
{
    /// <summary>Starts all of FaceMix, takes the pictures, and stops it.</summary>
    /// <param name="args">The folder for the pictures.</param>
    /// <returns>Exit code.</returns>
    public static async Task<int> Main(string[] args)
    {
        if (args is not [var folder] || NeedsFaceMixAttribute.Missing is not null)
        {
            await Console.Error.WriteLineAsync(NeedsFaceMixAttribute.Missing ?? "One argument: the folder for the pictures.");
            return args.Length == 1 ? 1 : 2;
        }
        var faceMix = new RunningFaceMix();
        try
        {
            await faceMix.InitializeAsync();
            var pictures = new PagePictures(faceMix, folder);
            await pictures.FeaturesAsync();
            await pictures.MixAsync();
            await pictures.NewFacesAsync();
            return 0;
        }
        finally
        {
            await faceMix.DisposeAsync();
        }
    }

    private async Task FeaturesAsync()
    {
        await using var open = await faceMix.OpenAsync("#features?want=Eyeglasses,Smiling&avoid=Wearing_Hat&pick=4");
        await open.AnsweredAsync("Eyeglasses,Smiling", "Wearing_Hat");
        await Expect(open.Chip("Eyeglasses")).ToBeVisibleAsync();
        await TakeAsync(open, "page-features.png");
    }

    private async Task MixAsync()
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

    private async Task NewFacesAsync()
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
        await open.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name) });
        Console.WriteLine(Path.Combine(folder, name));
    }
}
