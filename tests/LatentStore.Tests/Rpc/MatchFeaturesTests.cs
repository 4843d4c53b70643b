using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class MatchFeaturesTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task A_face_has_what_is_wanted_and_lacks_what_is_avoided()
    {
        await AddAsync([.. Enumerable.Range(0, 160).Select(i => (ulong)(i % 16))]);

        var reply = await Client.MatchFeaturesAsync(new() { Want = { "Smiling", "Eyeglasses" }, Avoid = { "Wearing_Hat" }, Seed = 9, Count = 12 });

        Assert.Equal((20, 9UL, 1L), (reply.Candidates, reply.Seed, reply.Revision));
        Assert.Equal(12, reply.Matches.Select(match => match.Latent.Id).Distinct().Count());
        Assert.All(reply.Matches, match =>
        {
            Assert.Superset(new HashSet<string> { "Smiling", "Eyeglasses" }, match.Latent.Attributes.ToHashSet());
            Assert.DoesNotContain("Wearing_Hat", match.Latent.Attributes);
            Assert.Equal(["Eyeglasses", "Smiling", "Wearing_Hat"], match.Met);
            Assert.Empty(match.Missing.Concat(match.Violated).Concat(match.NotKnown));
            Assert.Equal("Meets all 3 wishes.", match.Sentence);
            Assert.Equal(Digest, match.Latent.Latent.LatentSpace);
        });
    }

    [NeedsPostgres]
    public async Task Replicas_give_the_same_faces_for_the_same_request_seed_and_revision()
    {
        await AddAsync([.. Enumerable.Range(0, 300).Select(i => (ulong)(i % 16))]);
        await Client.MatchFeaturesAsync(new());
        // The first replica followed changes that the second one reads at once, and a third leaves all to the database.
        await AddAsync(Header(), Rows([.. Enumerable.Range(0, 50).Select(i => (ulong)(i % 3))]));
        await using var second = await RunningStore.StartAsync(Options.ConnectionString);
        await using var third = await RunningStore.StartAsync(Options.ConnectionString, "--Store:MaxMemoryMegabytes=1");
        await RegisterAsync("big@1", OtherDigest, 2000);
        await second.UntilReadyAsync();
        await third.UntilReadyAsync();

        foreach (var request in new MatchFeaturesRequest[]
        {
            new() { Want = { "Smiling" }, Seed = 1, Count = 20 },
            new() { Want = { "Smiling", "Wearing_Hat" }, Avoid = { "Eyeglasses" }, Seed = 2, Count = 3, Fallback = MatchFallback.InOrder },
            new() { Want = { Attributes }, Seed = 3, Count = 64 },
        })
        {
            request.ModelVersion = Version;
            var first = await Client.MatchFeaturesAsync(request);
            Assert.Equal(first, await second.Client.MatchFeaturesAsync(request));
            Assert.Equal(first, await third.Client.MatchFeaturesAsync(request));
        }
    }

    [NeedsPostgres]
    public async Task Without_a_seed_the_store_picks_one_that_repeats_the_face()
    {
        await AddAsync(new ulong[200]);

        var first = await Client.MatchFeaturesAsync(new());
        var other = await Client.MatchFeaturesAsync(new());
        var again = await Client.MatchFeaturesAsync(new() { Seed = first.Seed });

        Assert.NotEqual(first.Seed, other.Seed);
        Assert.InRange(first.Seed, 0UL, (1UL << 53) - 1);
        Assert.Equal(first, again);
        Assert.Equal("Nothing was wished for.", first.Matches[0].Sentence);
    }

    [NeedsPostgres]
    public async Task Wishes_that_no_face_meets_are_told_apart()
    {
        await RegisterAsync();
        var rows = Rows(BlondHair);
        rows.Rows.Latents[0].Known = BlondHair | WearingHat;
        await AddAsync(Header(), rows);

        var match = (await Client.MatchFeaturesAsync(new() { Want = { "Smiling", "Wearing_Hat" }, Avoid = { "Blond_Hair", "Eyeglasses" } })).Matches[0];

        Assert.Empty(match.Met);
        Assert.Equal(["Wearing_Hat"], match.Missing);
        Assert.Equal(["Blond_Hair"], match.Violated);
        Assert.Equal(["Eyeglasses", "Smiling"], match.NotKnown);
        Assert.Equal("Meets 0 of 4 wishes; lacks wearing hat; has blond hair; not known: eyeglasses, smiling.", match.Sentence);
    }

    [NeedsPostgres]
    public async Task In_order_the_first_wishes_win()
    {
        await AddAsync(Smiling, Eyeglasses, Eyeglasses | WearingHat);
        var request = new MatchFeaturesRequest { Want = { "Smiling", "Eyeglasses", "Wearing_Hat" }, Fallback = MatchFallback.InOrder };

        Assert.Equal("face/0", (await Client.MatchFeaturesAsync(request)).Matches[0].Latent.Source);
        request.Fallback = MatchFallback.FewestMissing;
        Assert.Equal("face/2", (await Client.MatchFeaturesAsync(request)).Matches[0].Latent.Source);
    }

    [NeedsPostgres]
    public async Task A_data_set_can_be_asked_alone()
    {
        await AddAsync(0, 0);
        await AddAsync(Header("second"), Rows(Smiling));

        Assert.Equal("drawn/1", (await Client.MatchFeaturesAsync(new() { Want = { "Smiling" }, Dataset = "drawn/1" })).Matches[0].Latent.Dataset);
        Assert.Equal(["dataset"], (await ErrorAsync(new() { Dataset = "third" })).Fields.Keys);
    }

    [NeedsPostgres]
    public async Task Requests_that_are_wrong_are_refused_by_field()
    {
        await AddAsync(0);

        var names = await ErrorAsync(new() { Want = { "Smiling", "Eyeglases" }, Avoid = { "Gills", "Smiling" } });
        Assert.Contains("did you mean \"Eyeglasses\"?", names.Fields["want[1]"], StringComparison.Ordinal);
        Assert.Contains("it has Eyeglasses, Smiling, Blond_Hair, Wearing_Hat", names.Fields["avoid[0]"], StringComparison.Ordinal);
        Assert.Contains("is wanted as well", names.Fields["avoid[1]"], StringComparison.Ordinal);
        Assert.Equal("65 given; 0 to 64 allowed", (await ErrorAsync(new() { Want = { Enumerable.Repeat("Smiling", 65) } })).Fields["want"]);
        Assert.Equal("65 given; 0 to 64 allowed", (await ErrorAsync(new() { Count = 65 })).Fields["count"]);
        Assert.Equal(["fallback"], (await ErrorAsync(new() { Fallback = (MatchFallback)7 })).Fields.Keys);
        Assert.Equal(["model_version"], (await ErrorAsync(new() { ModelVersion = "../etc" })).Fields.Keys);
        Assert.Equal("MODEL_VERSION_NOT_FOUND", (await ErrorAsync(new() { ModelVersion = "facemix-64@20990101-000000" })).Reason);
    }

    [NeedsPostgres]
    public async Task An_empty_store_says_what_to_do()
    {
        var nothing = await ErrorAsync(new());
        await RegisterAsync();
        var empty = await ErrorAsync(new());

        Assert.Equal((StatusCode.FailedPrecondition, "NO_MODEL_VERSION"), (nothing.Code, nothing.Reason));
        Assert.Equal((StatusCode.FailedPrecondition, "NO_LATENTS"), (empty.Code, empty.Reason));
        Assert.Contains("./facemix encode", empty.Message, StringComparison.Ordinal);
    }

    [NeedsPostgres]
    public async Task What_changed_a_moment_ago_is_seen_by_the_next_call()
    {
        await AddAsync(0);
        var request = new MatchFeaturesRequest { Want = { "Smiling" } };
        for (var i = 0; i < 30; i++)
        {
            await AddAsync(Header($"set {i}"), Rows(Smiling));
            Assert.Equal(i + 1, (await Client.MatchFeaturesAsync(request)).Candidates);
        }
        await RunAsync("DELETE FROM latents WHERE has = 2 AND id % 2 = 0");
        Assert.Equal(15, (await Client.MatchFeaturesAsync(request)).Candidates);
    }

    private Task<(StatusCode Code, string Reason, string Message, Dictionary<string, string> Fields)> ErrorAsync(MatchFeaturesRequest request) =>
        RunningStore.ErrorOfAsync(async () => await Client.MatchFeaturesAsync(request));
}
