using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace FaceMix.ServiceDefaults;

/// <summary>One field of a request that is wrong.</summary>
/// <param name="Field">Path in proto names: "latents[2].values[7]".</param>
/// <param name="Description">What was given and what is allowed.</param>
public sealed record FieldViolation(string Field, string Description);

/// <summary>
/// Errors as FaceMix's services send them: <c>google.rpc.Status</c> with an <c>ErrorInfo</c> first.
/// Each method returns the exception; throw it.
/// </summary>
public static class RpcErrors
{
    /// <summary>The domain of every error's <c>ErrorInfo</c>.</summary>
    public const string Domain = "facemix";

    /// <summary>More violations than this are counted, not listed: trailers have a limit of some kilobytes.</summary>
    public const int MaxViolations = 16;

    /// <summary>The request is wrong whatever the server's state; reason <c>INVALID_REQUEST</c>.</summary>
    /// <param name="violations">At least one.</param>
    public static RpcException InvalidArgument(params IReadOnlyList<FieldViolation> violations)
    {
        ArgumentOutOfRangeException.ThrowIfZero(violations.Count, nameof(violations));
        var badRequest = new BadRequest();
        badRequest.FieldViolations.Add(violations.Take(MaxViolations)
            .Select(each => new BadRequest.Types.FieldViolation { Field = each.Field, Description = each.Description }));
        var more = violations.Count - 1;
        var message = $"{violations[0].Field}: {violations[0].Description}"
            + (more == 0 ? "" : more == 1 ? " (and 1 more)" : $" (and {more} more)");
        return Create(StatusCode.InvalidArgument, "INVALID_REQUEST", message, badRequest);
    }

    /// <summary>The request is wrong in one field.</summary>
    public static RpcException InvalidArgument(string field, string description) =>
        InvalidArgument(new FieldViolation(field, description));

    /// <summary>What the request names does not exist.</summary>
    public static RpcException NotFound(string reason, string message, params (string Key, string Value)[] metadata) =>
        Create(StatusCode.NotFound, reason, message, metadata: metadata);

    /// <summary>Something else must happen first; trying again alone does not help.</summary>
    public static RpcException FailedPrecondition(string reason, string message) =>
        Create(StatusCode.FailedPrecondition, reason, message);

    /// <summary>The caller took too long to say what it wants.</summary>
    public static RpcException DeadlineExceeded(string reason, string message) =>
        Create(StatusCode.DeadlineExceeded, reason, message);

    /// <summary>Too much at once; the caller may come back after <paramref name="retryAfter"/>.</summary>
    public static RpcException ResourceExhausted(string reason, string message, TimeSpan retryAfter, params (string Key, string Value)[] metadata) =>
        Create(StatusCode.ResourceExhausted, reason, message, RetryAfter(retryAfter), metadata: metadata);

    /// <summary>The service is stopping, starting, or has lost what it needs; the same call may work elsewhere or later. The cause is for the log alone.</summary>
    public static RpcException Unavailable(string reason, string message, TimeSpan? retryAfter = null, Exception? cause = null) =>
        Create(StatusCode.Unavailable, reason, message, retryAfter is { } wait ? RetryAfter(wait) : null, cause);

    /// <summary>A fault of ours. The caller learns only the id of the trace under which the log has the cause.</summary>
    public static RpcException Internal(Exception cause)
    {
        var id = $"{Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()}";
        return Create(StatusCode.Internal, "INTERNAL", $"Internal error; the service's log tells more under {id}.", cause: cause, metadata: ("error_id", id));
    }

    // The reason is UPPER_SNAKE_CASE, the detail follows the ErrorInfo, metadata are facts of this one error for programs.
    private static RpcException Create(
        StatusCode code, string reason, string message, IMessage? detail = null, Exception? cause = null, params (string Key, string Value)[] metadata)
    {
        if (reason.Length is 0 or > 63 || !reason.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
            throw new ArgumentException($"The reason '{reason}' is not UPPER_SNAKE_CASE of at most 63 characters.", nameof(reason));
        var info = new ErrorInfo { Reason = reason, Domain = Domain, Metadata = { metadata.ToDictionary(pair => pair.Key, pair => pair.Value) } };
        var status = new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(info) } };
        if (detail is not null)
            status.Details.Add(Any.Pack(detail));
        return new RpcException(new Status(code, message, cause), status.ToRpcException().Trailers, message);
    }

    private static RetryInfo RetryAfter(TimeSpan wait) => new() { RetryDelay = Duration.FromTimeSpan(wait) };
}
