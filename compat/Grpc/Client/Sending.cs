using System.Globalization;
using Grpc.Core;
using Grpc.Framing;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace Grpc.Net.Client;

/// <summary>
/// Sends a call's request to one of the channel's addresses, and again where that is allowed, until a reply has begun.
/// Two kinds of repetition: an attempt that never reached a server goes elsewhere unseen; one that failed is repeated
/// as the method's retry policy says.
/// </summary>
internal sealed class Sending(GrpcChannel channel, IMethod method, CallOptions options, string? host, RequestContent content)
{
    private const int MostDetours = 16;

    private readonly RetryPolicy? policy = channel.Retries.PolicyOf(method);
    private int attempts;
    private int backoffs;
    private bool wasRefused;

    /// <summary>A reply that has begun, or the last one that failed.</summary>
    /// <exception cref="Exception">The last attempt brought no reply.</exception>
    public async Task<HttpResponseMessage> SendAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            attempts++;
            HttpResponseMessage? response = null;
            Status failure;
            try
            {
                response = await SendOnceAsync(cancellationToken).ConfigureAwait(false);
                if (Replies.StatusOfHeaders(response) is not { StatusCode: not StatusCode.OK } status)
                    return Committed(response);
                failure = status;
            }
            catch (Exception error) when (policy is not null && content.Failure is null && !cancellationToken.IsCancellationRequested)
            {
                failure = TransportErrors.StatusOf(error, "Error starting gRPC call.");
                if (PauseAfter(failure, null) is not { } pause)
                    throw;
                await Task.Delay(pause, channel.Options.Time, cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (PauseAfter(failure, response) is not { } wait)
                return Committed(response);
            response.Dispose();
            await Task.Delay(wait, channel.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>To be told of a call that ended well.</summary>
    public void Succeeded()
    {
        if (policy is not null)
            channel.Retries.Throttle?.Succeeded();
    }

    private HttpResponseMessage Committed(HttpResponseMessage response)
    {
        content.Commit();
        if (attempts > 1)
            response.Headers.TryAddWithoutValidation(Wire.PreviousAttempts, (attempts - 1).ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <summary>How long to wait before the next attempt; null: there is none.</summary>
    private TimeSpan? PauseAfter(Status failure, HttpResponseMessage? response)
    {
        if (policy is null)
            return null;
        // What is no number means the same as a negative one: not again.
        var pushback = response?.Headers.TryGetValues(Wire.RetryPushback, out var values) == true
            ? int.TryParse(values.First(), CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : -1
            : (int?)null;
        var isRetryable = policy.RetryableStatusCodes.Contains(failure.StatusCode);
        if (isRetryable || pushback < 0)
            channel.Retries.Throttle?.Failed();
        if (attempts >= Math.Min(policy.MaxAttempts!.Value, channel.Options.MaxRetryAttempts ?? int.MaxValue)
            || channel.Retries.Throttle is { IsActive: true } || !content.CanRepeat || (pushback is null ? !isRetryable : pushback < 0))
            return null;
        if (pushback is { } asked)
        {
            backoffs = 0;
            return TimeSpan.FromMilliseconds(asked);
        }
        var most = Math.Min(policy.InitialBackoff!.Value.TotalSeconds * Math.Pow(policy.BackoffMultiplier!.Value, backoffs++), policy.MaxBackoff!.Value.TotalSeconds);
        return TimeSpan.FromSeconds(most * Random.Shared.NextDouble());
    }

    private async Task<HttpResponseMessage> SendOnceAsync(CancellationToken cancellationToken)
    {
        for (var detours = 0; ; detours++)
        {
            var subchannel = await channel.PickAsync(options.IsWaitForReady, cancellationToken).ConfigureAwait(false);
            content.WasAskedFor = false;
            try
            {
                return await channel.SendAsync(Request(subchannel), cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException error) when (subchannel is not null && content.CanRepeat && detours < MostDetours && NeverArrived(error))
            {
                // The balancer knows of a connection that failed and will choose another, or say that there is none.
            }
        }
    }

    private bool NeverArrived(HttpRequestException error)
    {
        if (error.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
            return true;
        // The connection ended before the headers were written to it.
        if (!content.WasAskedFor && error.InnerException is IOException)
            return true;
        var isFirst = !wasRefused;
        wasRefused |= TransportErrors.IsRefused(error);
        return wasRefused && isFirst;
    }

    private HttpRequestMessage Request(Subchannel? subchannel)
    {
        // Not disposed, because that would dispose the content, which the next attempt needs.
        var request = new HttpRequestMessage(HttpMethod.Post, subchannel?.UriOf(method.FullName) ?? new Uri(channel.Root, method.FullName)) { Content = content };
        var headers = request.Headers;
        if ((host ?? subchannel?.Address.Authority) is { } authority)
            headers.Host = authority;
        if (subchannel is not null)
            request.Options.Set(Subchannel.OfRequest, subchannel);
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", "grpc-dotnet/facemix");
        headers.TryAddWithoutValidation(Wire.AcceptEncoding, Gzip.Accepted);
        if (attempts > 1)
            headers.TryAddWithoutValidation(Wire.PreviousAttempts, (attempts - 1).ToString(CultureInfo.InvariantCulture));
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
            headers.TryAddWithoutValidation(Wire.Timeout, Wire.FormatTimeout(deadline.ToUniversalTime() - DateTime.UtcNow));
        foreach (var entry in options.Headers ?? Metadata.Empty)
            if (entry.Key == Wire.RequestedEncoding)
                headers.TryAddWithoutValidation(Wire.Encoding, entry.Value);
            else if (entry.Key != Wire.Timeout)
                headers.TryAddWithoutValidation(entry.Key, Wire.ValueOf(entry));
        return request;
    }
}
