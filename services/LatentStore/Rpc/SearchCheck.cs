using System.Globalization;
using FaceMix.Latents;
using FaceMix.Latents.V1;
using FaceMix.LatentStore.Features;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Search;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>What a search asks, checked against the model version that it asks of.</summary>
public static class SearchCheck
{
    /// <exception cref="RpcException">INVALID_ARGUMENT with every field that is wrong.</exception>
    public static (float[] Query, Metric Metric, Wish Only) Require(SearchNearestRequest request, StoredModel model)
    {
        var check = new RequestCheck();
        check.Known("metric", request.Metric);
        var isVector = check.Vector("query.values", request.Query?.Values, model.LatentSize, -LatentRange.Limit, LatentRange.Limit);
        var metric = request.Metric == DistanceMetric.Cosine ? Metric.Cosine : Metric.Euclidean;
        if (isVector && metric == Metric.Cosine && request.Query!.Values.All(value => value == 0))
            check.Add("query.values", "are all zero, which has no direction to compare; cosine needs one that is not");
        check.ThrowIfInvalid();
        return ([.. request.Query!.Values], metric, WishCheck.Require(model, request.Want, request.Avoid));
    }

    /// <summary>The token of the page that begins after a position. A distance keeps all its bits.</summary>
    public static string TokenFor(Page page, StoredModel model, NearestSearch.Position after) =>
        page.TokenFor(model.Id.ToString(), $"{BitConverter.DoubleToInt64Bits(after.Distance):x}", $"{after.Id}");

    /// <summary>The opposite; null for the first page.</summary>
    /// <exception cref="RpcException">The token is not one of ours.</exception>
    public static NearestSearch.Position? PositionOf(Page page)
    {
        if (page.Position is not [_, var distance, var id])
            return null;
        return long.TryParse(distance, NumberStyles.HexNumber, null, out var bits) && long.TryParse(id, out var last)
            ? new(BitConverter.Int64BitsToDouble(bits), last)
            : throw Page.Refused();
    }
}
