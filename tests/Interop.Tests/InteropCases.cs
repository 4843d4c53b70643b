namespace FaceMix.Tests.Interop;

/// <summary>
/// One case of gRPC's interop description (doc/interop-test-descriptions.md of the gRPC project), or one of ours beside
/// them, and what is seen of it on the wire: for each message, in order, whether it went compressed.
/// </summary>
/// <param name="Name">As in the description; every client has a function of this name.</param>
/// <param name="Run">The case with our client.</param>
/// <param name="Requests">Null where it does not matter.</param>
/// <param name="Responses">Null where it does not matter.</param>
/// <param name="IsCancelled">Whether a server of ours must see the cancellation.</param>
internal sealed record InteropCase(
    string Name,
    Func<OurClient, Task> Run,
    bool[]? Requests = null,
    bool[]? Responses = null,
    bool IsCancelled = false);

/// <summary>Who calls whom.</summary>
public enum Direction
{
    NodeCallsUs,
    PythonCallsUs,
    WeCallNode,
    WeCallPython,
    WeCallUs,
}

/// <summary>Where a peer's library cannot do all of a case: what happens instead, and how that is known.</summary>
internal sealed record Deviation(Direction Direction, string Case, string Why, bool[]? Requests = null, bool[]? Responses = null);

/// <summary>The table: each case runs in each direction.</summary>
internal static class InteropCases
{
    public static readonly InteropCase[] All =
    [
        new("empty_unary", client => client.EmptyUnaryAsync()),
        new("large_unary", client => client.LargeUnaryAsync()),
        new("client_streaming", client => client.ClientStreamingAsync()),
        new("server_streaming", client => client.ServerStreamingAsync()),
        new("ping_pong", client => client.PingPongAsync()),
        new("empty_stream", client => client.EmptyStreamAsync()),
        // The first request only asks whether the server looks: it says it is compressed and is not.
        new("client_compressed_unary", client => client.ClientCompressedUnaryAsync(), Requests: [false, true, false]),
        new("server_compressed_unary", client => client.ServerCompressedUnaryAsync(), Responses: [true, false]),
        new("client_compressed_streaming", client => client.ClientCompressedStreamingAsync(), Requests: [false, true, false]),
        new("server_compressed_streaming", client => client.ServerCompressedStreamingAsync(), Responses: [true, false]),
        new("cancel_after_begin", client => client.CancelAfterBeginAsync()),
        new("cancel_after_first_response", client => client.CancelAfterFirstResponseAsync()),
        new("timeout_on_sleeping_server", client => client.TimeoutOnSleepingServerAsync()),
        new("custom_metadata", client => client.CustomMetadataAsync()),
        new("status_code_and_message", client => client.StatusCodeAndMessageAsync()),
        new("special_status_message", client => client.SpecialStatusMessageAsync()),
        new("unimplemented_method", client => client.UnimplementedMethodAsync()),
        new("unimplemented_service", client => client.UnimplementedServiceAsync()),

        // Ours, in the same form.
        new("cancellation_reaches_the_server", client => client.CancellationReachesTheServerAsync(), IsCancelled: true),
        new("deadline_on_both_sides", client => client.DeadlineOnBothSidesAsync(), IsCancelled: true),
        new("too_large_request", client => client.TooLargeRequestAsync()),
        new("too_large_response", client => client.TooLargeResponseAsync()),
        new("trailers_of_an_error", client => client.TrailersOfAnErrorAsync()),
        new("hundred_at_once", client => client.HundredAtOnceAsync()),
    ];

    public static readonly Deviation[] Deviations =
    [
        new(Direction.WeCallNode, "server_compressed_unary", NodeNeverCompressesResponses, Responses: [false, false]),
        new(Direction.WeCallNode, "server_compressed_streaming", NodeNeverCompressesResponses, Responses: [false, false]),
        new(Direction.WeCallPython, "client_compressed_unary", PythonCannotSeeCompression, Requests: [true, false]),
        new(Direction.WeCallPython, "client_compressed_streaming", PythonCannotSeeCompression, Requests: [true, false]),
    ];

    /// <summary>The cases that no page can do, and why.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotInBrowsers = new Dictionary<string, string>
    {
        ["client_streaming"] = WebHasNoRequestStreams,
        ["ping_pong"] = WebHasNoRequestStreams,
        ["empty_stream"] = WebHasNoRequestStreams,
        ["cancel_after_first_response"] = WebHasNoRequestStreams + " cancellation_reaches_the_server does the same with a stream of responses.",
        ["client_compressed_streaming"] = WebHasNoRequestStreams,
        ["client_compressed_unary"] = WebHasNoCompression,
        ["server_compressed_unary"] = WebHasNoCompression,
        ["server_compressed_streaming"] = WebHasNoCompression,
        ["too_large_response"] = "@connectrpc/connect-web has no limit of its own (its readMaxBytes is for servers and Node).",
    };

    private const string WebHasNoRequestStreams =
        "gRPC-Web has no streams of requests: browsers send a body before they read one (PROTOCOL-WEB.md of the gRPC project, connect-web's README).";

    private const string WebHasNoCompression =
        "@connectrpc/connect-web neither compresses nor reads compressed messages (its grpc-web-transport.js refuses their flag).";

    private const string NodeNeverCompressesResponses =
        "@grpc/grpc-js 1.14, server-interceptors.js, serializeMessage: \"response compression is currently not supported\". "
        + "The responses must arrive all the same.";

    private const string PythonCannotSeeCompression =
        "grpcio's core keeps grpc-encoding to itself (call.cc publishes only metadata of the application), so a servicer cannot "
        + "refuse a message for being uncompressed: the first request, which asks for that, is left out.";

    public static TheoryData<string> Names => [.. All.Select(each => each.Name)];

    public static InteropCase Of(string name, Direction direction)
    {
        var found = All.Single(each => each.Name == name);
        return Deviations.SingleOrDefault(each => each.Case == name && each.Direction == direction) is { } deviation
            ? found with { Requests = deviation.Requests ?? found.Requests, Responses = deviation.Responses ?? found.Responses }
            : found;
    }
}
