using System.Diagnostics;
using FaceMix.Latents;
using FaceMix.Latents.V1;
using FaceMix.LatentStore.Directions;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Grpc.Core;
using Direction = FaceMix.Latents.V1.Direction;

namespace FaceMix.LatentStore.Rpc;

/// <summary>The service of <c>facemix.latents.v1</c>: checks a request, calls one plain class, maps its answer.</summary>
public sealed class LatentStoreRpc(
    SpaceChoice choice,
    SpaceCatalog spaces,
    Registration registration,
    FilterCheck filters,
    AddLatentsCall adding,
    LatentReader reader,
    LatentDeleter deleter,
    FaceFinder finder,
    FaceCopies copies,
    DirectionStore directions,
    DirectionRefresh refresh,
    StoreMetrics metrics,
    ILogger<LatentStoreRpc> logger) : LatentStoreService.LatentStoreServiceBase
{
    // Seeds that the store picks fit into a double, so that a page's script can show and repeat them.
    private const long PickedSeeds = 1L << 53;

    // No unary reply is larger than a client's default of 4 MiB; a latent's number takes four bytes, all else of a row at most 12 KiB.
    private const int MaxReplyBytes = 3_500_000;

    public override async Task<RegisterModelVersionResponse> RegisterModelVersion(RegisterModelVersionRequest request, ServerCallContext context)
    {
        var check = new RequestCheck();
        check.Require(ModelVersionId.TryParse(request.ModelVersion, out var id), "model_version", SpaceChoice.Problem);
        RequestRules.Digest(check, "latent_space", request.LatentSpace);
        check.InRange("latent_size", request.LatentSize, 1, RequestRules.MaxLatentSize);
        RequestRules.Attributes(check, "attributes", request.Attributes);
        check.ThrowIfInvalid();
        var (added, attributes) = await registration.RegisterAsync(id, request.LatentSpace, request.LatentSize, request.Attributes, context.CancellationToken);
        if (added)
            Log.ModelRegistered(logger, request.ModelVersion, request.LatentSpace);
        return new RegisterModelVersionResponse { Added = added, Attributes = { attributes.Names } };
    }

    public override Task<AddLatentsResponse> AddLatents(IAsyncStreamReader<AddLatentsRequest> requestStream, ServerCallContext context) =>
        adding.RunAsync(requestStream, context.CancellationToken);

    public override async Task<GetLatentResponse> GetLatent(GetLatentRequest request, ServerCallContext context)
    {
        if (request.Id < 1)
            throw RpcErrors.InvalidArgument("id", $"{request.Id} given; ids begin with 1");
        if (await reader.SpaceOfAsync(request.Id, context.CancellationToken) is { } key
            && await spaces.FindAsync(key, context.CancellationToken) is { } space
            && (await reader.FindAsync(space, [request.Id], context.CancellationToken)).TryGetValue(request.Id, out var face))
        {
            return new GetLatentResponse { Latent = face.ToMessage(space) };
        }
        throw RpcErrors.NotFound("LATENT_NOT_FOUND", $"The store holds no latent {request.Id}.", ("id", $"{request.Id}"));
    }

    public override async Task<ListLatentsResponse> ListLatents(ListLatentsRequest request, ServerCallContext context)
    {
        var page = Page.Require(
            new ListLatentsRequest(request) { PageSize = 0, PageToken = "" }, request.PageSize, max: 1000, usual: 100, request.PageToken, parts: 2);
        var (named, after) = page.Position is [var version, var last]
            ? (version, long.TryParse(last, out var id) ? id : throw Page.Refused())
            : (request.ModelVersion, 0L);
        var space = await choice.RequireAsync(named, context.CancellationToken);
        var filter = await filters.RequireAsync(space, request.Filter, context.CancellationToken);
        if (request.SourcePrefix.Length > RequestRules.MaxSourceLength)
            throw RpcErrors.InvalidArgument("source_prefix", $"{request.SourcePrefix.Length} characters given; 0 to {RequestRules.MaxSourceLength} allowed");
        var size = Math.Min(page.Size, MaxReplyBytes / ((request.WithoutValues ? 0 : space.LatentSize * 4) + RowBytes(space)));
        // One more than the page holds tells whether there is a next one.
        var found = await reader.ListAsync(space, filter, request.SourcePrefix, after, size + 1, !request.WithoutValues, context.CancellationToken);
        var shown = found.Take(size).ToList();
        return new ListLatentsResponse
        {
            Latents = { shown.Select(face => face.ToMessage(space)) },
            NextPageToken = found.Count > size ? page.TokenFor(space.Model.ToString(), $"{shown[^1].Id}") : "",
        };
    }

    public override async Task<DeleteLatentsResponse> DeleteLatents(DeleteLatentsRequest request, ServerCallContext context)
    {
        var (deleted, keys) = await DeleteAsync(request, context.CancellationToken);
        Log.FacesDeleted(logger, request.WhatCase.ToString(), deleted);
        if (deleted > 0)
            refresh.Request(keys);
        return new DeleteLatentsResponse { Deleted = deleted };
    }

    public override async Task<MatchFeaturesResponse> MatchFeatures(MatchFeaturesRequest request, ServerCallContext context)
    {
        var space = await choice.RequireAsync(request.ModelVersion, context.CancellationToken);
        var filter = await filters.RequireAsync(space, request, context.CancellationToken);
        var seed = request.HasSeed ? request.Seed : (ulong)Random.Shared.NextInt64(PickedSeeds);
        AttributeMask[]? inOrder = request.Fallback == MatchFallback.InOrder
            ? [.. request.Want.Concat(request.Avoid).Select(name => space.Attributes.MaskOf(name)!.Value)]
            : null;
        var begun = Stopwatch.GetTimestamp();
        var (faces, match) = await finder.MatchAsync(space, new(filter, inOrder, seed, Math.Max(1, request.Count)), context.CancellationToken);
        metrics.Matched(Stopwatch.GetElapsedTime(begun));
        if (faces.Count == 0)
            throw RpcErrors.FailedPrecondition("NO_LATENTS", $"The store holds no faces of {space.Model}{(request.Dataset.Length > 0 ? $" and data set {request.Dataset}" : "")}; encode a data set first (./facemix encode).");
        return new MatchFeaturesResponse
        {
            Matches = { faces.Select(face => face.ToMatch(space, filter)) },
            Seed = seed,
            Candidates = match.Candidates,
            Revision = match.Revision,
        };
    }

    public override async Task<SearchNearestResponse> SearchNearest(SearchNearestRequest request, ServerCallContext context)
    {
        var space = await choice.RequireAsync(request.ModelVersion, context.CancellationToken);
        var filter = await filters.RequireAsync(space, request.Filter, context.CancellationToken);
        var check = new RequestCheck();
        check.Known("metric", request.Metric);
        check.InRange("k", request.K, 0, RequestRules.MaxNeighbours);
        if (request.HasMaxDistance)
            check.Require(request.MaxDistance >= 0, "max_distance", $"{request.MaxDistance} given; 0 or more allowed");
        var metric = request.Metric == DistanceMetric.Cosine ? Metric.Cosine : Metric.Euclidean;
        var query = await QueryAsync(check, space, request, context.CancellationToken);
        if (check.IsValid && metric == Metric.Cosine && !query.ContainsAnyExcept(0f))
            check.Add(request.QueryCase == SearchNearestRequest.QueryOneofCase.Id ? "id" : "latent.values", "are all zero, which has no direction to compare; cosine needs one that is not");
        check.ThrowIfInvalid();
        var begun = Stopwatch.GetTimestamp();
        var found = await finder.NearestAsync(
            space,
            new(query, request.Id, metric, filter, request.K == 0 ? RequestRules.UsualNeighbours : request.K, request.HasMaxDistance ? request.MaxDistance : double.PositiveInfinity),
            context.CancellationToken);
        metrics.Searched(Stopwatch.GetElapsedTime(begun));
        return new SearchNearestResponse
        {
            Neighbours = { found.Select(each => new SearchNearestResponse.Types.Neighbour { Latent = each.Face.ToMessage(space), Distance = each.Distance }) },
            Recall = 1,
        };
    }

    public override async Task<ListAttributesResponse> ListAttributes(ListAttributesRequest request, ServerCallContext context)
    {
        var space = await choice.RequireAsync(request.ModelVersion, context.CancellationToken);
        var filter = await filters.RequireAsync(space, request.Filter, context.CancellationToken);
        var names = space.Attributes.Names;
        var counts = await (await copies.GetAsync(space, context.CancellationToken)).CountAsync(filter, names.Count, context.CancellationToken);
        return new ListAttributesResponse
        {
            Attributes =
            {
                names.Select((name, i) => new ListAttributesResponse.Types.AttributeCount
                {
                    Name = name, Has = counts.Has[i], HasNot = counts.Known[i] - counts.Has[i], NotKnown = counts.Total - counts.Known[i],
                }),
            },
            Total = counts.Total,
            LatentSpace = space.Digest,
            ModelVersion = space.Model.ToString(),
        };
    }

    public override async Task<GetDirectionsResponse> GetDirections(GetDirectionsRequest request, ServerCallContext context)
    {
        var space = await choice.RequireAsync(request.ModelVersion, context.CancellationToken);
        var check = new RequestCheck();
        check.Count("attributes", request.Attributes.Count, 0, AttributeMask.MaxAttributes);
        for (var i = 0; i < Math.Min(request.Attributes.Count, AttributeMask.MaxAttributes); i++)
            check.Require(space.Attributes.MaskOf(request.Attributes[i]) is not null, $"attributes[{i}]", FilterCheck.Unknown(space, request.Attributes[i]));
        check.ThrowIfInvalid();
        var set = await directions.GetAsync(space, context.CancellationToken) ?? throw NoFaces(space);
        var wanted = request.Attributes.Count == 0 ? set.Directions : [.. request.Attributes.Distinct().Select(name => set.Directions.FirstOrDefault(each => each.Attribute == name)
            ?? throw RpcErrors.FailedPrecondition("NO_DIRECTION", $"{name} has no direction: it needs faces that have it and faces that lack it, with different means."))];
        return new GetDirectionsResponse
        {
            Directions =
            {
                wanted.Select(each => new Direction
                {
                    Attribute = each.Attribute, Unit = space.ToMessage(each.Unit), Length = each.Length,
                    FacesWith = each.FacesWith, FacesWithout = each.FacesWithout, Auc = each.Auc,
                }),
            },
            Mean = space.ToMessage(set.Mean),
            Faces = set.Faces,
            Revision = set.Revision,
            ModelVersion = space.Model.ToString(),
        };
    }

    public override async Task<RecomputeDirectionsResponse> RecomputeDirections(RecomputeDirectionsRequest request, ServerCallContext context)
    {
        var space = await choice.RequireNamedAsync(request.ModelVersion, context.CancellationToken);
        var set = await directions.ComputeAsync(space, context.CancellationToken) ?? throw NoFaces(space);
        return new RecomputeDirectionsResponse { Directions = set.Directions.Count, Revision = set.Revision };
    }

    public override async Task<ListModelVersionsResponse> ListModelVersions(ListModelVersionsRequest request, ServerCallContext context)
    {
        var page = Page.Require(new ListModelVersionsRequest(), request.PageSize, max: 100, usual: 20, request.PageToken, parts: 1);
        var before = page.Position is [var last] ? int.TryParse(last, out var number) ? number : throw Page.Refused() : int.MaxValue;
        var found = await spaces.ListAsync(before, page.Size + 1, context.CancellationToken);
        var shown = found.Take(page.Size).ToList();
        return new ListModelVersionsResponse
        {
            ModelVersions =
            {
                shown.Select(each => new ListModelVersionsResponse.Types.ModelVersion
                {
                    ModelVersion_ = each.Space.Model.ToString(), LatentSpace = each.Space.Digest, LatentSize = each.Space.LatentSize, Latents = each.Faces,
                }),
            },
            NextPageToken = found.Count > page.Size ? page.TokenFor($"{shown[^1].Number}") : "",
        };
    }

    public override async Task<ListDatasetsResponse> ListDatasets(ListDatasetsRequest request, ServerCallContext context)
    {
        var page = Page.Require(
            new ListDatasetsRequest(request) { PageSize = 0, PageToken = "" }, request.PageSize, max: 100, usual: 20, request.PageToken, parts: 2);
        var (named, after) = page.Position is [var version, var last] ? (version, Page.Text(last)) : (request.ModelVersion, "");
        var space = await choice.RequireAsync(named, context.CancellationToken);
        var found = await spaces.ListDatasetsAsync(space, after, page.Size + 1, context.CancellationToken);
        var shown = found.Take(page.Size).ToList();
        return new ListDatasetsResponse
        {
            Datasets = { shown.Select(each => new ListDatasetsResponse.Types.Dataset { Name = each.Name, Latents = each.Faces, Photographs = each.Photographs }) },
            NextPageToken = found.Count > page.Size ? page.TokenFor(space.Model.ToString(), Page.Word(shown[^1].Name)) : "",
        };
    }

    public override async Task<GetStatsResponse> GetStats(GetStatsRequest request, ServerCallContext context)
    {
        var space = await choice.RequireAsync(request.ModelVersion, context.CancellationToken);
        var index = await copies.GetAsync(space, context.CancellationToken);
        var table = (index as MemoryIndex)?.Table;
        return new GetStatsResponse
        {
            LatentSpace = space.Digest,
            Latents = table?.Count ?? (await index.CountAsync(default, 0, context.CancellationToken)).Total,
            Revision = table?.Revision ?? space.Revision,
            MemoryBytes = table?.Memory ?? 0,
            InMemory = table is not null,
            ModelVersion = space.Model.ToString(),
        };
    }

    private async Task<(long Deleted, IReadOnlyList<int> Spaces)> DeleteAsync(DeleteLatentsRequest request, CancellationToken cancellationToken)
    {
        var check = new RequestCheck();
        if (request.WhatCase == DeleteLatentsRequest.WhatOneofCase.Ids)
        {
            check.Count("ids.ids", request.Ids.Ids_.Count, 1, RequestRules.MaxIds);
            check.ThrowIfInvalid();
            return await deleter.ByIdsAsync(request.Ids.Ids_, cancellationToken);
        }
        if (request.WhatCase == DeleteLatentsRequest.WhatOneofCase.None || request is { WhatCase: DeleteLatentsRequest.WhatOneofCase.LatentSpace, LatentSpace: false })
            throw RpcErrors.InvalidArgument("what", "is missing: ids, sources, dataset, or latent_space: true");
        var space = await choice.RequireNamedAsync(request.ModelVersion, cancellationToken);
        if (request.WhatCase == DeleteLatentsRequest.WhatOneofCase.LatentSpace)
            return await deleter.AllAsync(space, cancellationToken);
        var isSources = request.WhatCase == DeleteLatentsRequest.WhatOneofCase.Sources;
        var (field, name) = isSources ? ("sources.dataset", request.Sources.Dataset) : ("dataset", request.Dataset);
        check.Require(name.Length > 0, field, "is empty");
        if (isSources)
            check.Count("sources.sources", request.Sources.Sources_.Count, 1, RequestRules.MaxIds);
        var dataset = await filters.DatasetAsync(check, space, field, name, cancellationToken);
        check.ThrowIfInvalid();
        return isSources
            ? await deleter.BySourcesAsync(space, dataset, request.Sources.Sources_, cancellationToken)
            : await deleter.DatasetAsync(space, dataset, cancellationToken);
    }

    private async Task<float[]> QueryAsync(RequestCheck check, LatentSpace space, SearchNearestRequest request, CancellationToken cancellationToken)
    {
        if (request.QueryCase != SearchNearestRequest.QueryOneofCase.Id)
        {
            RequestRules.Latent(check, "latent", request.Latent, space);
            return [.. request.Latent?.Values ?? []];
        }
        if ((await reader.FindAsync(space, [request.Id], cancellationToken)).TryGetValue(request.Id, out var face))
            return face.Values.ToArray();
        throw RpcErrors.NotFound("LATENT_NOT_FOUND", $"{space.Model}'s latent space holds no latent {request.Id}.", ("id", $"{request.Id}"));
    }

    private static RpcException NoFaces(LatentSpace space) =>
        RpcErrors.FailedPrecondition("NO_LATENTS", $"The store holds no faces of {space.Model}; encode a data set first (./facemix encode).");

    /// <summary>Most bytes that a row takes beside its values: source, data set, and all attributes by name.</summary>
    private static int RowBytes(LatentSpace space) => 3700 + space.Attributes.Names.Sum(name => System.Text.Encoding.UTF8.GetByteCount(name) + 2);
}
