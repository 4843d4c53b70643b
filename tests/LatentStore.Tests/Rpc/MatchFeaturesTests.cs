using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class MatchFeaturesTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task A_face_has_what_is_wanted_and_lacks_what_is_avoided()
    {
        await Client.AddLatentsAsync(Latents([.. Enumerable.Range(0, 160).Select(i => (ulong)(i % 16))]));

        for (var seed = 0UL; seed < 20; seed++)
        {
            var reply = await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Smiling", "Eyeglasses" }, Avoid = { "Wearing_Hat" }, Seed = seed });

            Assert.Contains("Smiling", reply.Latent.Attributes);
            Assert.Contains("Eyeglasses", reply.Latent.Attributes);
            Assert.DoesNotContain("Wearing_Hat", reply.Latent.Attributes);
            Assert.Equal((20, seed), (reply.Candidates, reply.Seed));
            Assert.Empty(reply.Missing);
            Assert.Empty(reply.Unwanted);
        }
    }

    [NeedsPostgres]
    public async Task The_same_seed_gives_the_same_face_and_others_give_others()
    {
        await Client.AddLatentsAsync(Latents([.. Enumerable.Repeat(Smiling, 100)]));
        var request = new MatchFeaturesRequest { Want = { "Smiling" }, Seed = 7 };

        var first = await Client.MatchFeaturesAsync(request);
        var again = await Client.MatchFeaturesAsync(request);
        var others = await Task.WhenAll(Enumerable.Range(8, 20).Select(async seed =>
            (await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Smiling" }, Seed = (ulong)seed })).Latent.Id));

        Assert.Equal(first, again);
        Assert.True(others.Distinct().Count() > 10);
    }

    [NeedsPostgres]
    public async Task Without_a_seed_the_store_picks_one_that_repeats_the_face()
    {
        await Client.AddLatentsAsync(Latents(new ulong[200]));

        var first = await Client.MatchFeaturesAsync(new MatchFeaturesRequest());
        var other = await Client.MatchFeaturesAsync(new MatchFeaturesRequest());
        var again = await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Seed = first.Seed });

        Assert.NotEqual(first.Seed, other.Seed);
        Assert.Equal(first.Latent, again.Latent);
    }

    [NeedsPostgres]
    public async Task Wishes_that_no_face_meets_are_listed()
    {
        await Client.AddLatentsAsync(Latents(Smiling | BlondHair, Eyeglasses | BlondHair | WearingHat, BlondHair | WearingHat));

        var reply = await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Smiling", "Wearing_Hat" }, Avoid = { "Blond_Hair" }, Seed = 1 });

        // Rows 0, 1 and 2 miss 2 wishes each.
        Assert.Equal(3, reply.Candidates);
        Assert.Equal(["Blond_Hair"], reply.Unwanted);
        Assert.Single(reply.Missing);
        Assert.DoesNotContain(reply.Missing[0], reply.Latent.Attributes);
    }

    [NeedsPostgres]
    public async Task Faces_that_match_are_equally_likely_over_the_seeds()
    {
        await Client.AddLatentsAsync(Latents([.. Enumerable.Range(0, 30).Select(i => i % 3 == 0 ? Smiling : 0)]));
        var draws = new Dictionary<long, int>();
        for (var seed = 0UL; seed < 1000; seed++)
        {
            var reply = await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Smiling" }, Seed = seed });
            draws[reply.Latent.Id] = draws.GetValueOrDefault(reply.Latent.Id) + 1;
        }

        Assert.Equal(10, draws.Count);
        // 9 degrees of freedom: a fair choice exceeds 34 once in 10 000 such tests, and the seeds are fixed.
        Assert.InRange(draws.Values.Sum(count => (count - 100.0) * (count - 100.0) / 100), 0, 34);
    }

    [NeedsPostgres]
    public async Task An_unknown_attribute_is_named_with_the_one_that_was_meant()
    {
        await Client.AddLatentsAsync(Latents(0));

        var error = await ErrorAsync(new MatchFeaturesRequest { Want = { "Smiling", "Eyeglases" }, Avoid = { "Gills" } });

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Contains("did you mean \"Eyeglasses\"?", error.Fields["want[1]"], StringComparison.Ordinal);
        Assert.Contains("it has Eyeglasses, Smiling, Blond_Hair, Wearing_Hat", error.Fields["avoid[0]"], StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task What_is_wanted_cannot_be_avoided()
    {
        await Client.AddLatentsAsync(Latents(0));

        var error = await ErrorAsync(new MatchFeaturesRequest { Want = { "Smiling" }, Avoid = { "Wearing_Hat", "Smiling" } });

        Assert.Equal(["avoid[1]"], error.Fields.Keys);
    }

    [NeedsPostgres]
    public async Task More_than_64_wishes_are_refused()
    {
        await Client.AddLatentsAsync(Latents(0));

        var error = await ErrorAsync(new MatchFeaturesRequest { Want = { Enumerable.Repeat("Smiling", 65) } });

        Assert.Equal("65 given; 0 to 64 allowed", error.Fields["want"]);
    }

    [NeedsPostgres]
    public async Task An_empty_store_says_what_to_do()
    {
        var error = await ErrorAsync(new MatchFeaturesRequest());

        Assert.Equal((StatusCode.FailedPrecondition, "NO_LATENTS"), (error.Code, error.Reason));
        Assert.Contains("./facemix encode", error.Message, StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task Unknown_model_versions_are_not_found_and_malformed_ones_invalid()
    {
        await Client.AddLatentsAsync(Latents(0));

        var unknown = await ErrorAsync(new MatchFeaturesRequest { ModelVersion = "facemix-64@20990101-000000" });
        var malformed = await ErrorAsync(new MatchFeaturesRequest { ModelVersion = "../etc" });

        Assert.Equal((StatusCode.NotFound, "MODEL_VERSION_NOT_FOUND"), (unknown.Code, unknown.Reason));
        Assert.Equal(["model_version"], malformed.Fields.Keys);
    }

    [NeedsPostgres]
    public async Task The_newest_version_with_latents_answers_where_none_is_named()
    {
        var newer = Latents(Smiling);
        newer.ModelVersion = "facemix-64@20260102-000000";
        await Client.AddLatentsAsync(newer);
        // Encoded later, but an older version all the same.
        await Client.AddLatentsAsync(Latents(Eyeglasses));

        var unnamed = await Client.MatchFeaturesAsync(new MatchFeaturesRequest());
        var named = await Client.MatchFeaturesAsync(new MatchFeaturesRequest { ModelVersion = Version });

        Assert.Equal(newer.ModelVersion, unnamed.Latent.ModelVersion);
        Assert.Equal(Version, named.Latent.ModelVersion);
    }

    [NeedsPostgres]
    public async Task Latents_added_meanwhile_are_seen_at_once()
    {
        await Client.AddLatentsAsync(Latents(0));
        await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Smiling" } });

        await Client.AddLatentsAsync(Latents(0, Smiling));

        Assert.Empty((await Client.MatchFeaturesAsync(new MatchFeaturesRequest { Want = { "Smiling" } })).Missing);
    }

    private Task<(StatusCode Code, string Reason, string Message, Dictionary<string, string> Fields)> ErrorAsync(MatchFeaturesRequest request) =>
        RunningStore.ErrorOfAsync(async () => await Client.MatchFeaturesAsync(request));
}
