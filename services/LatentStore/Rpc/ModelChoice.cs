using FaceMix.LatentStore.Latents;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>Which model version a request means.</summary>
public sealed class ModelChoice(ModelVersions models)
{
    /// <summary>What is wrong with the text of a model version, as a violation's description; null when nothing is.</summary>
    public static string? Problem(string modelVersion) =>
        ModelVersionId.TryParse(modelVersion, out _)
            ? null
            : "is not NAME@VERSION, such as facemix-64@20260101-120000";

    /// <summary>The version named, or the newest that holds latents where none is named.</summary>
    /// <exception cref="RpcException">It is no model version, holds no latents, or there are none at all.</exception>
    public async Task<StoredModel> RequireAsync(string modelVersion, CancellationToken cancellationToken)
    {
        if (modelVersion.Length == 0)
        {
            return await models.NewestAsync(cancellationToken)
                ?? throw RpcErrors.FailedPrecondition(
                    "NO_LATENTS",
                    "The store holds no latents yet; encode a data set into it first (./facemix encode).");
        }
        if (!ModelVersionId.TryParse(modelVersion, out var id))
            throw RpcErrors.InvalidArgument("model_version", Problem(modelVersion)!);
        return await models.FindAsync(id, cancellationToken)
            ?? throw RpcErrors.NotFound(
                "MODEL_VERSION_NOT_FOUND",
                $"The store holds no latents of {id}; ListModelVersions lists those it has.",
                ("model_version", id.ToString()));
    }
}
