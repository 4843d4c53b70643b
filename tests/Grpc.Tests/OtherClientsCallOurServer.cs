using System.Text.Json;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests;

public sealed class OtherClientsCallOurServer : IAsyncLifetime
{
    private EchoServer server = null!;

    public async Task InitializeAsync() => server = await EchoServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [NeedsNode]
    public async Task From_node_a_unary_call_returns_its_response_headers_and_trailers()
    {
        var seen = await FromNode("unary");

        Assert.Equal((0, "héllo", 200_000), (seen.Code(), seen.Text("text"), seen.GetProperty("size").GetInt32()));
        Assert.Equal("yes", seen.Text("headers", "has-header"));
        Assert.Equal("said", seen.Text("trailers", "echo-trailer"));
        Assert.Equal("0001ff", seen.Text("trailers", "echo-bytes-bin"));
        Assert.Contains("raw-bin=0102FE", seen.GetProperty("serverSaw").EnumerateArray().Select(each => each.GetString()));
    }

    [NeedsNode]
    public async Task From_node_a_thrown_status_has_its_text_and_its_trailers()
    {
        var seen = await FromNode("status");

        Assert.Equal(((int)StatusCode.NotFound, "no such façade: 100 %"), (seen.Code(), seen.Text("details")));
        Assert.Equal("asked for", seen.Text("trailers", "why"));
        Assert.Equal("0805", seen.Text("trailers", "grpc-status-details-bin"));
    }

    [NeedsNode]
    public async Task From_node_an_unexpected_error_is_unknown() =>
        Assert.Equal(((int)StatusCode.Unknown, "Exception was thrown by handler."), ((await FromNode("unexpected")) is var seen ? (seen.Code(), seen.Text("details")) : default));

    [NeedsNode]
    public async Task From_node_a_passed_deadline_ends_the_call_on_both_sides()
    {
        Assert.Equal((int)StatusCode.DeadlineExceeded, (await FromNode("deadline")).Code());
        await server.Observations.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [NeedsNode]
    public async Task From_node_a_cancelled_call_is_cancelled_on_the_server()
    {
        Assert.Equal((int)StatusCode.Cancelled, (await FromNode("cancellation")).Code());
        await server.Observations.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [NeedsNode]
    public async Task From_node_a_request_that_is_too_large_is_resource_exhausted() =>
        Assert.Equal((int)StatusCode.ResourceExhausted, (await FromNode("size")).Code());

    [NeedsNode]
    public async Task From_node_a_compressed_request_is_read() =>
        Assert.Equal(100_000, (await FromNode("gzip")).GetProperty("size").GetInt32());

    [NeedsNode]
    public async Task From_node_a_method_nobody_implements_is_unimplemented() =>
        Assert.Equal((int)StatusCode.Unimplemented, (await FromNode("unimplemented")).Code());

    [NeedsNode]
    public async Task From_node_a_stream_of_responses_arrives_up_to_its_error()
    {
        var seen = await FromNode("stream");

        Assert.Equal(((int)StatusCode.Aborted, "stopped at 300"), (seen.Code(), seen.Text("details")));
        Assert.Equal((300, 300), (seen.GetProperty("count").GetInt32(), seen.GetProperty("last").GetInt32()));
    }

    [NeedsNode]
    public async Task From_node_a_stream_of_requests_is_answered_once() =>
        Assert.Equal(5050, (await FromNode("collect")).GetProperty("sum").GetInt32());

    [NeedsNode]
    public async Task From_node_both_sides_can_stream() =>
        Assert.Equal("A,B1,B2", (await FromNode("chat")).Text("text"));

    [NeedsPythonGrpc]
    public async Task From_python_a_unary_call_returns_its_response_headers_and_trailers()
    {
        var seen = await FromPython("unary");

        Assert.Equal(0, seen.Code());
        Assert.True(seen.GetProperty("size").GetInt32() > 200_000);
        Assert.True(seen.GetProperty("holds_text").GetBoolean() && seen.GetProperty("server_saw_bytes").GetBoolean());
        Assert.Equal(("yes", "0001ff"), (seen.Text("headers", "has-header"), seen.Text("trailer")));
    }

    [NeedsPythonGrpc]
    public async Task From_python_a_thrown_status_has_its_text_and_its_trailers()
    {
        var seen = await FromPython("status");

        Assert.Equal(((int)StatusCode.NotFound, "no such façade: 100 %"), (seen.Code(), seen.Text("details")));
        Assert.Equal("0805", seen.Text("trailers", "grpc-status-details-bin"));
    }

    [NeedsPythonGrpc]
    public async Task From_python_a_passed_deadline_ends_the_call_on_both_sides()
    {
        Assert.Equal((int)StatusCode.DeadlineExceeded, (await FromPython("deadline")).Code());
        await server.Observations.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [NeedsPythonGrpc]
    public async Task From_python_a_request_that_is_too_large_is_resource_exhausted() =>
        Assert.Equal((int)StatusCode.ResourceExhausted, (await FromPython("size")).Code());

    [NeedsPythonGrpc]
    public async Task From_python_a_stream_of_responses_arrives_up_to_its_error()
    {
        var seen = await FromPython("stream");

        Assert.Equal(((int)StatusCode.Aborted, 300), (seen.Code(), seen.GetProperty("count").GetInt32()));
    }

    private Task<JsonElement> FromNode(string scenario) =>
        Peer.RunAsync("node", Peer.Script("call.mjs"), Repository.Root, Peer.Proto, server.Grpc.Authority, scenario);

    private Task<JsonElement> FromPython(string scenario) =>
        Peer.RunAsync("/usr/bin/python3", Peer.Script("call.py"), server.Grpc.Authority, scenario);
}
