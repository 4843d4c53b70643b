using FaceMix.LatentStore.Spaces;
using FaceMix.ModelStore;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>Which latent space a request means.</summary>
public sealed class SpaceChoice(SpaceCatalog spaces)
{
    /// <summary>The latent space of the version named, or of the one registered last where none is named.</summary>
    /// <exception cref="RpcException">It is no model version, was not registered, or none was.</exception>
    public async Task<LatentSpace> RequireAsync(string modelVersion, CancellationToken cancellationToken)
    {
        if (modelVersion.Length > 0)
            return await RequireNamedAsync(modelVersion, cancellationToken);
        return await spaces.NewestAsync(cancellationToken)
            ?? throw RpcErrors.FailedPrecondition(
                "NO_MODEL_VERSION", "No model version is registered yet; encode a data set first (./facemix encode), which registers it.");
    }

    /// <summary>The same for requests that change something: the version must be named.</summary>
    public async Task<LatentSpace> RequireNamedAsync(string modelVersion, CancellationToken cancellationToken)
    {
        if (!ModelVersionId.TryParse(modelVersion, out var id))
            throw RpcErrors.InvalidArgument("model_version", Problem);
        return await spaces.FindAsync(id, cancellationToken)
            ?? throw RpcErrors.NotFound(
                "MODEL_VERSION_NOT_FOUND",
                $"{id} is not registered; ListModelVersions lists those that are, RegisterModelVersion adds one.",
                ("model_version", id.ToString()));
    }

    /// <summary>What is wrong with a text that is no model version.</summary>
    public static string Problem => "is not NAME@VERSION, such as facemix-64@20260101-120000";
}
