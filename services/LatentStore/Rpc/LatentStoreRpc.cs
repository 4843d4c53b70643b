using System.Diagnostics;
using FaceMix.Latents;
using FaceMix.Latents.V1;
using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Search;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>The service of <c>facemix.latents.v1</c>: checks a request, calls one plain class, maps its answer.</summary>
public sealed class LatentStoreRpc(
    ModelChoice choice,
    ModelVersions models,
    LatentWriter writer,
    LatentReader reader,
    MaskTables tables,
    FeatureMatcher matcher,
    NearestSearch search,
    StoreMetrics metrics,
    ILogger<LatentStoreRpc> logger) : LatentStoreService.LatentStoreServiceBase
{
    // Seeds that the store picks fit into a double, so that a page's script can show and repeat them.
    private const long PickedSeeds = 1L << 53;

    public override async Task<AddLatentsResponse> AddLatents(AddLatentsRequest request, ServerCallContext context)
    {
        var batch = AddLatentsCheck.Require(request);
        var begun = Stopwatch.GetTimestamp();
        var (added, replaced) = await writer.AddAsync(batch, context.CancellationToken);
        metrics.Stored(added, replaced);
        Log.LatentsStored(logger, request.ModelVersion, added, replaced, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        return new AddLatentsResponse { Added = added, Replaced = replaced };
    }

    public override async Task<GetLatentResponse> GetLatent(GetLatentRequest request, ServerCallContext context)
    {
        if (request.Id < 1)
            throw RpcErrors.InvalidArgument("id", $"{request.Id} given; ids begin with 1");
        var latent = await reader.FindAsync(request.Id, context.CancellationToken)
            ?? throw RpcErrors.NotFound("LATENT_NOT_FOUND", $"The store holds no latent {request.Id}.", ("id", $"{request.Id}"));
        return new GetLatentResponse { Latent = latent.ToMessage() };
    }

    public override async Task<MatchFeaturesResponse> MatchFeatures(MatchFeaturesRequest request, ServerCallContext context)
    {
        var model = await choice.RequireAsync(request.ModelVersion, context.CancellationToken);
        var wish = WishCheck.Require(model, request.Want, request.Avoid);
        var seed = request.HasSeed ? request.Seed : (ulong)Random.Shared.NextInt64(PickedSeeds);
        var begun = Stopwatch.GetTimestamp();
        if (await matcher.FindAsync(model, wish, seed, context.CancellationToken) is not var (latent, candidates))
            throw RpcErrors.NotFound("MODEL_VERSION_NOT_FOUND", $"The last latent of {model.Id} was deleted a moment ago.");
        metrics.Matched(Stopwatch.GetElapsedTime(begun));
        return new MatchFeaturesResponse
        {
            Latent = latent.ToMessage(),
            Seed = seed,
            Candidates = candidates,
            Missing = { model.Attributes.In(wish.Missing(latent.Mask)) },
            Unwanted = { model.Attributes.In(wish.Unwanted(latent.Mask)) },
        };
    }

    public override async Task<SearchNearestResponse> SearchNearest(SearchNearestRequest request, ServerCallContext context)
    {
        var page = Page.Require(
            new SearchNearestRequest(request) { PageSize = 0, PageToken = "" }, request.PageSize, max: 100, usual: 10, request.PageToken, parts: 3);
        var model = await choice.RequireAsync(page.Position is [var first, ..] ? first : request.ModelVersion, context.CancellationToken);
        var question = SearchCheck.Require(request, model);
        var begun = Stopwatch.GetTimestamp();
        // One more than the page holds tells whether there is a next one.
        var found = await search.FindAsync(
            model, question.Query, question.Metric, question.Only, SearchCheck.PositionOf(page), page.Size + 1, context.CancellationToken);
        metrics.Searched(Stopwatch.GetElapsedTime(begun));
        var shown = found.Take(page.Size).ToList();
        return new SearchNearestResponse
        {
            ModelVersion = model.Id.ToString(),
            Neighbours = { shown.Select(each => new SearchNearestResponse.Types.Neighbour { Latent = each.Latent.ToMessage(), Distance = each.Distance }) },
            NextPageToken = found.Count > page.Size ? SearchCheck.TokenFor(page, model, new(shown[^1].Distance, shown[^1].Latent.Id)) : "",
        };
    }

    public override async Task<ListAttributesResponse> ListAttributes(ListAttributesRequest request, ServerCallContext context)
    {
        var page = Page.Require(
            new ListAttributesRequest(request) { PageSize = 0, PageToken = "" },
            request.PageSize, max: AttributeMask.MaxAttributes, usual: AttributeMask.MaxAttributes, request.PageToken, parts: 2);
        var (asked, first) = page.Position is [var name, var place]
            ? (name, byte.TryParse(place, out var bit) ? bit : throw Page.Refused())
            : (request.ModelVersion, 0);
        var model = await choice.RequireAsync(asked, context.CancellationToken);
        var table = await tables.GetAsync(model, context.CancellationToken);
        var names = model.Attributes.Names;
        var shown = Enumerable.Range(first, Math.Clamp(names.Count - first, 0, page.Size));
        return new ListAttributesResponse
        {
            ModelVersion = model.Id.ToString(),
            Total = table.Count,
            Attributes = { shown.Select(i => new ListAttributesResponse.Types.AttributeCount { Name = names[i], Count = table.CountOf(i) }) },
            NextPageToken = first + page.Size < names.Count ? page.TokenFor(model.Id.ToString(), $"{first + page.Size}") : "",
        };
    }

    public override async Task<ListModelVersionsResponse> ListModelVersions(ListModelVersionsRequest request, ServerCallContext context)
    {
        var page = Page.Require(new ListModelVersionsRequest(), request.PageSize, max: 100, usual: 20, request.PageToken, parts: 1);
        ModelVersionId? before = page.Position is [var last] ? ModelVersionId.TryParse(last, out var id) ? id : throw Page.Refused() : null;
        var found = await models.ListAsync(before, page.Size + 1, context.CancellationToken);
        var shown = found.Take(page.Size).ToList();
        return new ListModelVersionsResponse
        {
            ModelVersions = { shown.Select(model => model.ToMessage()) },
            NextPageToken = found.Count > page.Size ? page.TokenFor(shown[^1].Id.ToString()) : "",
        };
    }
}
