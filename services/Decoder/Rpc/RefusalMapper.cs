using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.Decoder.Rpc;

/// <summary>What a <see cref="RefusedException"/> is on the wire.</summary>
internal sealed class RefusalMapper : IErrorMapper
{
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(1);

    public RpcException? Map(Exception exception) => exception is not RefusedException refused ? null : refused.Refusal switch
    {
        Refusal.NoModel => RpcErrors.Unavailable("NO_MODEL", refused.Message, refused.RetryAfter),
        Refusal.UnknownModel => RpcErrors.NotFound("UNKNOWN_MODEL_VERSION", refused.Message),
        Refusal.DamagedModel => RpcErrors.FailedPrecondition("DAMAGED_MODEL_VERSION", refused.Message),
        Refusal.Overloaded => RpcErrors.ResourceExhausted("OVERLOADED", refused.Message, refused.RetryAfter ?? DefaultRetry),
        _ => RpcErrors.Unavailable("DRAINING", refused.Message, refused.RetryAfter),
    };
}
