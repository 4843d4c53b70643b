using FaceMix.Tests.Services.V1;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class CallInterceptorTests : IAsyncLifetime
{
    private RunningService service = null!;

    public async Task InitializeAsync() => service = await RunningService.StartAsync();

    public async Task DisposeAsync() => await service.DisposeAsync();

    [Fact]
    public async Task An_unexpected_exception_is_INTERNAL_with_the_id_of_its_trace_and_no_text_of_the_inside()
    {
        var error = await FailAsync("unexpected");

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
        var info = error.GetRpcStatus()!.GetDetail<ErrorInfo>();
        Assert.Equal(("INTERNAL", "facemix"), (info.Reason, info.Domain));
        Assert.Contains(info.Metadata["error_id"], error.Status.Detail, StringComparison.Ordinal);
        var logged = Assert.Single(service.Log, each => each.Exception is FormatException);
        Assert.Equal(info.Metadata["error_id"], $"{logged.TraceId}");
    }

    [Fact]
    public async Task An_error_that_a_service_means_arrives_whole()
    {
        var error = await FailAsync("invalid");

        Assert.Equal((StatusCode.InvalidArgument, "how: is\nnot good"), (error.StatusCode, error.Status.Detail));
        Assert.Equal("how", error.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations[0].Field);
    }

    [Fact]
    public async Task An_exception_that_a_mapper_knows_becomes_its_status()
    {
        var error = await FailAsync("mapped");

        Assert.Equal((StatusCode.NotFound, "There is no such number."), (error.StatusCode, error.Status.Detail));
        Assert.Equal("NO_NUMBER", error.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
    }

    private async Task<RpcException> FailAsync(string how) =>
        await Assert.ThrowsAsync<RpcException>(async () => await service.Client.FailAsync(new FailRequest { How = how }));
}
