using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using FaceMix.Latents.V1;
using Grpc.Net.Client;
using static Microsoft.Playwright.Assertions;

namespace FaceMix.Tests.EndToEnd;

/// <summary>A face that starts from a photograph of a person.</summary>
[Collection(FaceMixCollection.Name)]
public class PhotographTests(RunningFaceMix faceMix)
{
    // No drawn face has two colours of hair, so that these wishes find the photograph and nothing else.
    private static readonly string[] OnlyThePhotographs = ["Black_Hair", "Blond_Hair", "Red_Hair"];

    [NeedsFaceMix]
    public async Task A_photograph_is_called_one_and_stays_out_of_links()
    {
        await AddPhotographAsync();
        await using var open = await faceMix.OpenAsync($"#features?want={string.Join(',', OnlyThePhotographs)}");

        await open.AnsweredAsync(string.Join(',', OnlyThePhotographs), "");
        await Expect(open.Page.Locator(".features .caption")).ToHaveTextAsync("Edited photo");
        await open.Button("Use as A").ClickAsync();
        await open.Tab("mix").ClickAsync();
        await open.MixedAsync();

        await Expect(open.Page.Locator(".mix .bench > .framed .caption")).ToHaveTextAsync("Edited photo");
        await Expect(open.Page.Locator("[data-slot=a] .origin")).ToHaveTextAsync("From a photograph; links leave it out");
        var hash = new Uri(open.Page.Url).Fragment;
        Assert.Contains("b=seed-", hash, StringComparison.Ordinal);
        Assert.DoesNotMatch("[?&]a=", hash);
    }

    private async Task AddPhotographAsync()
    {
        using var decoder = GrpcChannel.ForAddress(faceMix.Decoder.Grpc);
        using var store = GrpcChannel.ForAddress(faceMix.LatentStore.Grpc);
        var latents = new LatentStoreService.LatentStoreServiceClient(store);
        var newest = (await latents.ListModelVersionsAsync(new ListModelVersionsRequest())).ModelVersions[0].ModelVersion_;
        var model = (await new DecoderService.DecoderServiceClient(decoder)
            .GetModelAsync(new GetModelRequest { ModelVersion = newest })).Model;
        using var call = latents.AddLatents();
        await call.RequestStream.WriteAsync(new() { Header = new() { ModelVersion = newest, Dataset = "photographs", Attributes = { model.Attributes } } });
        await call.RequestStream.WriteAsync(new()
        {
            Rows = new()
            {
                Latents =
                {
                    new NewLatent
                    {
                        Source = "1.jpg",
                        Latent = new Latent { Values = { Enumerable.Repeat(0.5f, model.LatentSize) }, Provenance = Provenance.Photograph },
                        Has = OnlyThePhotographs.Aggregate(0UL, (mask, name) => mask | (1UL << model.Attributes.IndexOf(name))),
                        Known = (1UL << model.Attributes.Count) - 1,
                    },
                },
            },
        });
        await call.RequestStream.CompleteAsync();
        await call;
    }
}
