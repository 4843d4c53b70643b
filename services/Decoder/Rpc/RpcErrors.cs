using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace FaceMix.Decoder.Rpc;

/// <summary>What this service's exceptions are on the wire: a status, and google.rpc.Status with the details of it.</summary>
internal static class RpcErrors
{
    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string Domain = "facemix";

    public static async Task<T> MapAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (InvalidRequestException e)
        {
            var violations = e.Violations.Select(found => new BadRequest.Types.FieldViolation { Field = found.Field, Description = found.Description });
            throw Error(
                StatusCode.InvalidArgument, $"{e.Violations[0].Field}: {e.Violations[0].Description}", "INVALID_REQUEST", new BadRequest { FieldViolations = { violations } });
        }
        catch (RefusedException e)
        {
            var (status, reason) = Of(e.Refusal);
            throw Error(status, e.Message, reason, e.RetryAfter is { } wait ? new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) } : null);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The caller has left."));
        }
        // The batch worker has logged it; its message may name files, so it stays here.
        catch (Exception e) when (e is not RpcException)
        {
            throw Error(StatusCode.Internal, "The pictures could not be made; the decoder's log says why.", "INTERNAL", null);
        }
    }

    private static (StatusCode Status, string Reason) Of(Refusal refusal) => refusal switch
    {
        Refusal.NoModel => (StatusCode.Unavailable, "NO_MODEL"),
        Refusal.UnknownModel => (StatusCode.NotFound, "UNKNOWN_MODEL_VERSION"),
        Refusal.DamagedModel => (StatusCode.FailedPrecondition, "DAMAGED_MODEL_VERSION"),
        Refusal.Overloaded => (StatusCode.ResourceExhausted, "OVERLOADED"),
        _ => (StatusCode.Unavailable, "DRAINING"),
    };

    private static RpcException Error(StatusCode status, string message, string reason, IMessage? detail)
    {
        var details = new Google.Rpc.Status { Code = (int)status, Message = message };
        details.Details.Add(Any.Pack(new ErrorInfo { Reason = reason, Domain = Domain }));
        if (detail is not null)
            details.Details.Add(Any.Pack(detail));
        return new RpcException(new Status(status, message), new Metadata { { DetailsTrailer, details.ToByteArray() } }, message);
    }
}
