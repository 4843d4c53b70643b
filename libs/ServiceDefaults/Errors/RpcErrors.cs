using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using RpcStatus = Google.Rpc.Status;
using Status = Grpc.Core.Status;

namespace FaceMix.ServiceDefaults;

/// <summary>One field of a request that is wrong.</summary>
/// <param name="Field">Path in proto names: "latents[2].values[7]".</param>
/// <param name="Description">What was given and what is allowed.</param>
public sealed record FieldViolation(string Field, string Description);

/// <summary>
/// Errors as FaceMix's services send them: a <see cref="RpcException"/> whose trailer
/// <c>grpc-status-details-bin</c> holds <c>google.rpc.Status</c> with an <c>ErrorInfo</c> first.
/// Each method returns the exception; throw it.
/// </summary>
public static class RpcErrors
{
    /// <summary>The domain of every error's <c>ErrorInfo</c>.</summary>
    public const string Domain = "facemix";

    /// <summary>The trailer that carries the details.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

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
        return Create(StatusCode.InvalidArgument, "INVALID_REQUEST", message, [badRequest]);
    }

    /// <summary>The request is wrong in one field.</summary>
    public static RpcException InvalidArgument(string field, string description) =>
        InvalidArgument(new FieldViolation(field, description));

    /// <summary>What the request names does not exist.</summary>
    public static RpcException NotFound(string reason, string message, params IReadOnlyList<(string Key, string Value)> metadata) =>
        Create(StatusCode.NotFound, reason, message, [], metadata);

    /// <summary>Something else must happen first; trying again alone does not help.</summary>
    public static RpcException FailedPrecondition(string reason, string message, params IReadOnlyList<(string Key, string Value)> metadata) =>
        Create(StatusCode.FailedPrecondition, reason, message, [], metadata);

    /// <summary>Too much at once; the caller may come back after <paramref name="retryAfter"/>.</summary>
    public static RpcException ResourceExhausted(string reason, string message, TimeSpan retryAfter, params IReadOnlyList<(string Key, string Value)> metadata) =>
        Create(StatusCode.ResourceExhausted, reason, message, [RetryAfter(retryAfter)], metadata);

    /// <summary>The service is stopping, starting, or has lost what it needs; the same call may work elsewhere or later.</summary>
    public static RpcException Unavailable(string reason, string message, TimeSpan? retryAfter = null) =>
        Create(StatusCode.Unavailable, reason, message, retryAfter is { } wait ? [RetryAfter(wait)] : []);

    /// <summary>The caller proved no identity that is known here.</summary>
    public static RpcException Unauthenticated(string reason, string message) =>
        Create(StatusCode.Unauthenticated, reason, message, []);

    /// <summary>The caller is known, but may not do this.</summary>
    public static RpcException PermissionDenied(string reason, string message) =>
        Create(StatusCode.PermissionDenied, reason, message, []);

    /// <summary>A fault of ours. The caller learns only the id under which the log tells the rest.</summary>
    public static RpcException Internal(string errorId) =>
        Create(StatusCode.Internal, "INTERNAL", $"Internal error; the service's log tells more under {errorId}.", [], [("error_id", errorId)]);

    /// <summary>Any error of the same form.</summary>
    /// <param name="code">Not OK.</param>
    /// <param name="reason">UPPER_SNAKE_CASE, at most 63 characters.</param>
    /// <param name="message">One English sentence for a developer.</param>
    /// <param name="details">Sent after the <c>ErrorInfo</c>.</param>
    /// <param name="metadata">Facts of this one error, for programs.</param>
    public static RpcException Create(
        StatusCode code,
        string reason,
        string message,
        IReadOnlyList<IMessage> details,
        params IReadOnlyList<(string Key, string Value)> metadata)
    {
        if (reason.Length is 0 or > 63 || !reason.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
            throw new ArgumentException($"The reason '{reason}' is not UPPER_SNAKE_CASE of at most 63 characters.", nameof(reason));
        var info = new ErrorInfo { Reason = reason, Domain = Domain };
        foreach (var (key, value) in metadata)
            info.Metadata.Add(key, value);
        var status = new RpcStatus { Code = (int)code, Message = message };
        status.Details.Add(Any.Pack(info));
        status.Details.Add(details.Select(Any.Pack));
        return new RpcException(new Status(code, message), new Metadata { { DetailsTrailer, status.ToByteArray() } }, message);
    }

    /// <summary>Answers a call with an error before any service has seen it.</summary>
    internal static void Write(HttpResponse response, RpcException error)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)error.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(error.Status.Detail);
        response.Headers[DetailsTrailer] = Convert.ToBase64String(error.Trailers.GetValueBytes(DetailsTrailer)!);
    }

    /// <summary>The details that a service sent with an error; null where it sent none.</summary>
    public static RpcStatus? DetailsOf(RpcException error) =>
        error.Trailers.GetValueBytes(DetailsTrailer) is { } bytes ? RpcStatus.Parser.ParseFrom(bytes) : null;

    private static RetryInfo RetryAfter(TimeSpan wait) => new() { RetryDelay = Duration.FromTimeSpan(wait) };
}
