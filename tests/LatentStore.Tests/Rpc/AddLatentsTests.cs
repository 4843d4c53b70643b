using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class AddLatentsTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task Latents_are_added_once_and_replaced_afterwards()
    {
        var first = await Client.AddLatentsAsync(Latents(Smiling, Eyeglasses, 0));
        var second = await Client.AddLatentsAsync(Latents(Smiling, Eyeglasses, 0, WearingHat));

        Assert.Equal((3, 0), (first.Added, first.Replaced));
        Assert.Equal((1, 3), (second.Added, second.Replaced));
    }

    [NeedsPostgres]
    public async Task An_added_latent_is_got_by_its_id_with_all_it_was_added_with()
    {
        var request = Latents(Smiling | WearingHat);
        request.Latents[0].Provenance = Provenance.Photograph;
        await Client.AddLatentsAsync(request);
        var id = (await Client.MatchFeaturesAsync(new MatchFeaturesRequest())).Latent.Id;

        var latent = (await Client.GetLatentAsync(new GetLatentRequest { Id = id })).Latent;

        Assert.Equal(Version, latent.ModelVersion);
        Assert.Equal("face/0", latent.Source);
        Assert.Equal(request.Latents[0].Latent, latent.Latent);
        Assert.Equal(["Smiling", "Wearing_Hat"], latent.Attributes);
        Assert.Equal(Provenance.Photograph, latent.Provenance);
    }

    [NeedsPostgres]
    public async Task The_last_of_64_attributes_is_a_bit_like_any_other()
    {
        var request = Latents(1UL << 63);
        request.Attributes.Clear();
        request.Attributes.AddRange(Enumerable.Range(0, 64).Select(i => $"Attribute_{i}"));
        await Client.AddLatentsAsync(request);

        var reply = await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Attribute_63" }, Avoid = { "Attribute_62" } });

        Assert.Empty(reply.Missing);
        Assert.Equal(["Attribute_63"], reply.Latent.Attributes);
    }

    [NeedsPostgres]
    public async Task Numbers_that_are_not_finite_or_out_of_range_are_named_by_place()
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 100.5f, -1e30f })
        {
            var fields = await FieldsOfSpoiltAsync(request => request.Latents[3].Latent.Values[7] = bad);
            Assert.Equal(["latents[3].latent.values[7]"], fields.Keys);
        }
    }

    [NeedsPostgres]
    public async Task A_latent_of_another_length_than_the_first_is_refused()
    {
        var longer = await FieldsOfSpoiltAsync(request => request.Latents[2].Latent.Values.Add(1));
        var absent = await FieldsOfSpoiltAsync(request => request.Latents[2].Latent = null);
        var empty = await FieldsOfSpoiltAsync(request => request.Latents[0].Latent.Values.Clear());
        var huge = await FieldsOfSpoiltAsync(request => request.Latents[0].Latent.Values.AddRange(new float[2000]));

        Assert.Equal(["latents[2].latent.values"], longer.Keys);
        Assert.Equal(["latents[2].latent.values"], absent.Keys);
        Assert.Equal(["latents[0].latent.values"], empty.Keys);
        Assert.Equal(["latents[0].latent.values"], huge.Keys);
    }

    [NeedsPostgres]
    public async Task A_latent_of_another_length_than_the_stored_ones_is_refused()
    {
        await Client.AddLatentsAsync(Latents(0));

        var fields = await FieldsOfSpoiltAsync(request => request.Latents[0].Latent.Values.Add(1), count: 1);

        Assert.Contains("has 9 numbers", fields["latents[0].latent.values"], StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task Other_attributes_than_the_first_request_fixed_are_refused()
    {
        await Client.AddLatentsAsync(Latents(0));

        var renamed = await FieldsOfSpoiltAsync(request => request.Attributes[2] = "Bald");
        var fewer = await FieldsOfSpoiltAsync(request => request.Attributes.RemoveAt(3));

        Assert.Contains("Blond_Hair", renamed["attributes[2]"], StringComparison.Ordinal);
        Assert.Contains("fixed 4", fewer["attributes"], StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task No_latents_and_more_than_a_thousand_are_refused()
    {
        var none = await FieldsOfSpoiltAsync(request => request.Latents.Clear());
        var many = await FieldsOfSpoiltAsync(_ => { }, count: 1001);

        Assert.Equal("0 given; 1 to 1000 allowed", none["latents"]);
        Assert.Equal("1001 given; 1 to 1000 allowed", many["latents"]);
    }

    [NeedsPostgres]
    public async Task Everything_wrong_with_a_request_is_told_at_once()
    {
        var fields = await FieldsOfSpoiltAsync(request =>
        {
            request.ModelVersion = "facemix-64";
            request.Latents[0].Source = "";
            request.Latents[1].Source = new string('x', 513);
            request.Latents[2].Source = "face/4";
            request.Latents[3].AttributeMask = 16;
            request.Latents[3].Provenance = Provenance.Unspecified;
            request.Latents[4].Provenance = (Provenance)9;
            request.Attributes[1] = "Eyeglasses";
        });

        Assert.Equal(
            ["attributes[1]", "latents[0].source", "latents[1].source", "latents[3].attribute_mask", "latents[3].provenance",
                "latents[4].provenance", "latents[4].source", "model_version"],
            fields.Keys.Order(StringComparer.Ordinal));
    }

    [NeedsPostgres]
    public async Task Attribute_names_are_limited()
    {
        var empty = await FieldsOfSpoiltAsync(request => request.Attributes[0] = "");
        var broken = await FieldsOfSpoiltAsync(request => request.Attributes[0] = "a\nb");
        var tooMany = await FieldsOfSpoiltAsync(request => request.Attributes.AddRange(Enumerable.Range(0, 61).Select(i => $"a{i}")));

        Assert.Equal(["attributes[0]"], empty.Keys);
        Assert.Equal(["attributes[0]"], broken.Keys);
        Assert.Equal("65 given; 0 to 64 allowed", tooMany["attributes"]);
    }

    [NeedsPostgres]
    public async Task A_refused_request_leaves_nothing_behind()
    {
        await FieldsOfSpoiltAsync(request => request.Latents[4].Latent.Values[0] = float.NaN);

        Assert.Empty((await Client.ListModelVersionsAsync(new ListModelVersionsRequest())).ModelVersions);
    }

    [NeedsPostgres]
    public async Task An_unknown_id_is_not_found_and_an_impossible_one_invalid()
    {
        var unknown = await RunningStore.ErrorOfAsync(async () => await Client.GetLatentAsync(new GetLatentRequest { Id = 123_456 }));
        var impossible = await RunningStore.ErrorOfAsync(async () => await Client.GetLatentAsync(new GetLatentRequest()));

        Assert.Equal((StatusCode.NotFound, "LATENT_NOT_FOUND"), (unknown.Code, unknown.Reason));
        Assert.Equal(["id"], impossible.Fields.Keys);
    }
}
