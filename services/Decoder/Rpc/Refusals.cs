using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.Decoder.Rpc;

/// <summary>What a <see cref="RefusedException"/> is on the wire.</summary>
internal static class Refusals
{
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(1);

    /// <summary>Runs a call; what is not a refusal passes through.</summary>
    public static async Task<T> MapAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            throw Map(e);
        }
    }

    private static RpcException Map(RefusedException e) => e.Refusal switch
    {
        Refusal.NoModel => RpcErrors.Unavailable("NO_MODEL", e.Message, e.RetryAfter),
        Refusal.UnknownModel => RpcErrors.NotFound("UNKNOWN_MODEL_VERSION", e.Message),
        Refusal.DamagedModel => RpcErrors.FailedPrecondition("DAMAGED_MODEL_VERSION", e.Message),
        Refusal.Overloaded => RpcErrors.ResourceExhausted("OVERLOADED", e.Message, e.RetryAfter ?? DefaultRetry),
        _ => RpcErrors.Unavailable("DRAINING", e.Message, e.RetryAfter),
    };
}
