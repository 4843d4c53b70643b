using FaceMix.Decoder.V1;
using Grpc.Net.Client;
using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>A service that is away, and a model that arrives.</summary>
[Collection(FaceMixCollection.Name)]
public class ServicesComeAndGoTests(RunningFaceMix faceMix)
{
    [NeedsFaceMix]
    public async Task A_decoder_that_is_away_is_said_and_found_again_when_it_is_back()
    {
        var port = LocalPostgres.FreePort();
        await using var studio = await faceMix.StartStudioAsync(new Uri($"http://127.0.0.1:{port}"));
        await using var open = await faceMix.OpenAsync("#features", studio.Http);

        await Expect(open.Notice).ToContainTextAsync("The decoder does not answer. Is it running?");
        await using var decoder = await faceMix.StartDecoderAsync(port);
        await open.Button("Try again").ClickAsync();

        await open.AnsweredAsync("", "");
        await Expect(open.Notice).ToHaveCountAsync(0);
    }

    [NeedsFaceMix]
    public async Task A_page_whose_server_has_left_says_so()
    {
        await using var studio = await faceMix.StartStudioAsync(faceMix.Decoder.Http);
        await using var open = await faceMix.OpenAsync("#features", studio.Http);
        await open.AnsweredAsync("", "");

        await studio.StopAsync();
        await open.Button("Another").ClickAsync();

        await Expect(open.Notice).ToContainTextAsync("This page’s server does not answer.");
    }

    [NeedsFaceMix]
    public async Task A_model_that_is_published_is_served_without_a_restart_and_the_old_one_goes_on()
    {
        await using var open = await faceMix.OpenAsync("#features?want=Smiling");
        await open.AnsweredAsync("Smiling", "");
        var before = await open.Features.GetAttributeAsync("data-model");
        using var next = new TemporaryFolder();
        var newer = KeptModel.CopyAs("99990101-000000", next.Path);

        await faceMix.PublishAsync(next.Path);
        await DecoderServesAsync(newer);

        // Its latents are still to come: the page goes on with the old model's.
        await open.Button("Another").ClickAsync();
        await Expect(open.Features).ToHaveAttributeAsync("data-model", before!);
        await faceMix.EncodeAsync(newer);
        await open.Button("Another").ClickAsync();
        await Expect(open.Features).ToHaveAttributeAsync("data-model", newer);
        Assert.Contains("Smiling", await open.TraitsAsync());
        await Expect(open.Page.Locator(".model")).ToHaveTextAsync(newer);

        await using var old = await faceMix.OpenAsync($"#new?seed=1&model={before}");
        await Expect(old.Page.Locator(".card[data-seed='1']")).ToHaveCountAsync(1);
        await Expect(old.Page.Locator(".model")).ToHaveTextAsync(before!);
    }

    private async Task DecoderServesAsync(string model)
    {
        using var channel = GrpcChannel.ForAddress(faceMix.Decoder.Grpc);
        var client = new DecoderService.DecoderServiceClient(channel);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await client.GetModelAsync(new GetModelRequest(), cancellationToken: patience.Token)).Model.ModelVersion != model)
            await Task.Delay(100, patience.Token);
    }
}
