using FaceMix.Common.V1;
using FaceMix.Latents.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.LatentStore.Rpc;

public sealed class AddLatentsTests(TestPostgres postgres) : RpcTest(postgres)
{
    [NeedsPostgres]
    public async Task Faces_are_added_left_and_replaced()
    {
        var first = await AddAsync(Smiling, Eyeglasses, 0);
        var second = await AddAsync(Header(), Rows(Smiling, Eyeglasses, BlondHair, WearingHat));

        Assert.Equal((3, 0, 0, 0), (first.Added, first.Unchanged, first.Replaced, first.Refused));
        Assert.Equal((1, 2, 1, 0), (second.Added, second.Unchanged, second.Replaced, second.Refused));
    }

    [NeedsPostgres]
    public async Task A_face_is_got_by_its_id_with_all_it_was_added_with()
    {
        await RegisterAsync();
        var rows = Rows(Smiling | WearingHat);
        var added = rows.Rows.Latents[0];
        (added.Known, added.Latent.Provenance, added.Latent.LatentSpace) = (Smiling | WearingHat | BlondHair, Provenance.Photograph, Digest);
        await AddAsync(Header("celeba"), rows);
        var id = (await Client.ListLatentsAsync(new())).Latents[0].Id;

        var latent = (await Client.GetLatentAsync(new() { Id = id })).Latent;

        Assert.Equal(("celeba", "face/0"), (latent.Dataset, latent.Source));
        Assert.Equal(added.Latent, latent.Latent);
        Assert.Equal(["Smiling", "Wearing_Hat"], latent.Attributes);
        Assert.Equal(["Eyeglasses"], latent.NotKnown);
    }

    [NeedsPostgres]
    public async Task Data_sets_of_other_attributes_share_a_latent_space()
    {
        await AddAsync(Smiling, 0);
        var header = Header("own photographs");
        header.Header.Attributes.Clear();
        header.Header.Attributes.AddRange(["Bald", "Smiling"]);
        var rows = Rows(0b01, 0b10);
        foreach (var row in rows.Rows.Latents)
            row.Known = 0b11;

        await AddAsync(header, rows);

        var counts = await Client.ListAttributesAsync(new());
        Assert.Equal(
            ["Eyeglasses 0/2/2", "Smiling 2/2/0", "Blond_Hair 0/2/2", "Wearing_Hat 0/2/2", "Bald 1/1/2"],
            counts.Attributes.Select(each => $"{each.Name} {each.Has}/{each.HasNot}/{each.NotKnown}"));
        Assert.Equal(["drawn/1 2", "own photographs 2"], (await Client.ListDatasetsAsync(new())).Datasets.Select(each => $"{each.Name} {each.Latents}"));
    }

    [NeedsPostgres]
    public async Task A_data_set_without_labels_knows_nothing()
    {
        await AddAsync(Smiling, 0);
        var header = Header("unlabelled");
        header.Header.Attributes.Clear();
        var rows = Rows(0, 0, 0);
        foreach (var row in rows.Rows.Latents)
            row.Known = 0;

        Assert.Equal(3, (await AddAsync(header, rows)).Added);

        var avoided = await Client.MatchFeaturesAsync(new() { Avoid = { "Smiling" }, Count = 64 });
        Assert.Equal(1, avoided.Candidates);
        Assert.Equal("drawn/1", Assert.Single(avoided.Matches).Latent.Dataset);
    }

    [NeedsPostgres]
    public async Task Rows_that_are_wrong_are_named_and_the_others_are_kept()
    {
        await RegisterAsync();
        var (first, second) = (Rows(new ulong[7]), Rows(new ulong[8]));
        for (var i = 0; i < 8; i++)
            second.Rows.Latents[i].Source = $"more/{i}";
        var rows = first.Rows.Latents.Concat(second.Rows.Latents).ToList();
        rows[0].Source = new string('x', 513);
        rows[1].Source = "a\nb";
        rows[2].Latent.Values[7] = float.NaN;
        rows[3].Latent.Values.Add(1);
        rows[4].Latent = null;
        rows[5].Latent.Provenance = Provenance.Unspecified;
        rows[7].Latent.Provenance = (Provenance)9;
        rows[8].Known = 16;
        (rows[9].Has, rows[9].Known) = (1, 2);
        rows[10].Source = "face/6";
        rows[11].Latent.LatentSpace = OtherDigest;
        rows[12].Latent.Values[0] = 100.5f;

        var reply = await AddAsync(Header(), first, second);

        Assert.Equal((3, 12), (reply.Added, reply.Refused));
        Assert.Equal([0L, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12], reply.Refusals.Select(each => each.Row));
        foreach (var (refusal, problem) in reply.Refusals.Zip(
            [
                "source: 513 characters", "source: has a control character", "latent.values[7]: NaN", "latent.values: 9 numbers given; 8 expected", "latent.values: 0 numbers",
                "latent.provenance: must be", "latent.provenance: must be", "known: has bits", "has: has bits", "source: is that of an earlier row", "latent.latent_space: is that of other",
                "latent.values[0]: 100.5",
            ]))
        {
            Assert.StartsWith(problem, refusal.Problem, StringComparison.Ordinal);
        }
        Assert.Equal("more/1", reply.Refusals[7].Source);
        Assert.Equal(["face/6", "more/6", "more/7"], (await Client.ListLatentsAsync(new())).Latents.Select(each => each.Source).Order(StringComparer.Ordinal));
    }

    [NeedsPostgres]
    public async Task A_hundred_refusals_are_listed_and_all_are_counted()
    {
        await RegisterAsync();
        var rows = Rows(new ulong[300]);
        foreach (var row in rows.Rows.Latents)
            row.Source = "";

        var reply = await AddAsync(Header(), rows);

        Assert.Equal((0, 300, 100), (reply.Added, reply.Refused, reply.Refusals.Count));
    }

    [NeedsPostgres]
    public async Task Streams_that_are_not_of_the_contract_are_refused_and_store_nothing()
    {
        await RegisterAsync();
        AddLatentsRequest Spoilt(Action<AddLatentsRequest.Types.Header> spoil)
        {
            var header = Header();
            spoil(header.Header);
            return header;
        }

        foreach (var (messages, field) in new (AddLatentsRequest[], string)[]
        {
            ([], "header"),
            ([Rows(0)], "header"),
            ([Header(), Rows(0), Header()], "rows"),
            ([Header(), Rows(0), new()], "rows"),
            ([Header(), Rows()], "rows.latents"),
            ([Header(), Rows(new ulong[1001])], "rows.latents"),
            ([Spoilt(header => header.ModelVersion = ""), Rows(0)], "model_version"),
            ([Spoilt(header => header.ModelVersion = "a"), Rows(0)], "model_version"),
            ([Spoilt(header => header.Dataset = ""), Rows(0)], "header.dataset"),
            ([Spoilt(header => header.Dataset = new('x', 129)), Rows(0)], "header.dataset"),
            ([Spoilt(header => header.Attributes[1] = "Eyeglasses"), Rows(0)], "header.attributes[1]"),
            ([Spoilt(header => header.Attributes[1] = ""), Rows(0)], "header.attributes[1]"),
            ([Spoilt(header => header.Attributes.AddRange(Enumerable.Range(0, 61).Select(i => $"a{i}"))), Rows(0)], "header.attributes"),
            ([Spoilt(header => { header.Attributes.Clear(); header.Attributes.AddRange(Enumerable.Range(0, 61).Select(i => $"a{i}")); }), Rows(0)], "header.attributes"),
        })
        {
            var error = await RunningStore.ErrorOfAsync(() => AddAsync(messages));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.Code, Assert.Single(error.Fields).Key));
        }
        Assert.Empty((await Client.ListLatentsAsync(new())).Latents);
        Assert.Equal(4, (await Client.ListAttributesAsync(new())).Attributes.Count);
    }

    [NeedsPostgres]
    public async Task A_version_that_was_not_registered_takes_no_faces()
    {
        await RegisterAsync();

        var error = await RunningStore.ErrorOfAsync(() => AddAsync(Header(version: "a@z"), Rows(0)));

        Assert.Equal((StatusCode.NotFound, "MODEL_VERSION_NOT_FOUND"), (error.Code, error.Reason));
        Assert.Single((await Client.ListModelVersionsAsync(new())).ModelVersions);
    }

    [NeedsPostgres]
    public async Task A_stream_that_is_cut_in_the_middle_stores_nothing_and_its_repetition_all()
    {
        await RegisterAsync();
        var rows = Rows(new ulong[1000]);
        using (var cut = Client.AddLatents())
        {
            await cut.RequestStream.WriteAsync(Header());
            await cut.RequestStream.WriteAsync(rows);
        }
        using (var cancellation = new CancellationTokenSource())
        {
            using var cancelled = Client.AddLatents(cancellationToken: cancellation.Token);
            await cancelled.RequestStream.WriteAsync(Header());
            await cancelled.RequestStream.WriteAsync(rows);
            await cancellation.CancelAsync();
        }
        await Task.Delay(200);
        Assert.Empty((await Client.ListLatentsAsync(new())).Latents);

        Assert.Equal(1000, (await AddAsync(Header(), rows)).Added);
        Assert.Equal(1000, (await AddAsync(Header(), rows)).Unchanged);
    }

    [NeedsPostgres]
    public async Task More_loads_than_allowed_are_refused_at_the_door_and_an_idle_one_ends()
    {
        await using var store = await RunningStore.StartAsync(Options.ConnectionString, "--Store:MaxLoads=1", "--Store:LoadIdleTimeout=00:00:01");
        await store.UntilReadyAsync();
        await RegisterAsync();
        using var idle = store.Client.AddLatents();
        await idle.RequestStream.WriteAsync(Header());
        await Task.Delay(200);

        using var second = store.Client.AddLatents();
        var refused = await RunningStore.ErrorOfAsync(() => second.ResponseAsync);
        var ended = await RunningStore.ErrorOfAsync(() => idle.ResponseAsync);

        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_LOADS"), (refused.Code, refused.Reason));
        Assert.Equal((StatusCode.DeadlineExceeded, "LOAD_IDLE"), (ended.Code, ended.Reason));
    }

    [NeedsPostgres]
    public async Task An_unknown_id_is_not_found_and_an_impossible_one_invalid()
    {
        var unknown = await RunningStore.ErrorOfAsync(async () => await Client.GetLatentAsync(new() { Id = 123_456 }));
        var impossible = await RunningStore.ErrorOfAsync(async () => await Client.GetLatentAsync(new()));

        Assert.Equal((StatusCode.NotFound, "LATENT_NOT_FOUND"), (unknown.Code, unknown.Reason));
        Assert.Equal(["id"], impossible.Fields.Keys);
    }
}
