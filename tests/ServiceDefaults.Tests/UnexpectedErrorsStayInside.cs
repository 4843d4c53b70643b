using FaceMix.Decoder.V1;
using FaceMix.ServiceDefaults;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class UnexpectedErrorsStayInside
{
    [Fact]
    public async Task What_a_service_did_not_expect_is_internal_with_an_id_and_no_text_of_the_inside()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGrpcService<Broken>());
        using var channel = GrpcChannel.ForAddress(service.App.Addresses()[0]);
        var client = new DecoderService.DecoderServiceClient(channel);

        var error = await Assert.ThrowsAsync<RpcException>(() => client.GenerateAsync(new GenerateRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("secret", error.Status.Detail);
        var info = RpcErrors.DetailsOf(error)!.Details[0].Unpack<ErrorInfo>();
        Assert.Contains(info.Metadata["error_id"], error.Status.Detail);
    }

    [Fact]
    public async Task Errors_that_a_service_means_arrive_whole()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGrpcService<Broken>());
        using var channel = GrpcChannel.ForAddress(service.App.Addresses()[0]);
        var client = new DecoderService.DecoderServiceClient(channel);

        var error = await Assert.ThrowsAsync<RpcException>(() => client.DecodeAsync(new DecodeRequest()).ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, "latents: 0 given; 1 to 64 allowed"), (error.StatusCode, error.Status.Detail));
        Assert.Equal("latents", RpcErrors.DetailsOf(error)!.Details[1].Unpack<BadRequest>().FieldViolations[0].Field);
    }

    private sealed class Broken : DecoderService.DecoderServiceBase
    {
        public override Task<GenerateResponse> Generate(GenerateRequest request, ServerCallContext context) =>
            throw new FormatException("a secret of the house");

        public override Task<DecodeResponse> Decode(DecodeRequest request, ServerCallContext context)
        {
            var check = new RequestCheck();
            check.Count("latents", request.Latents.Count, 1, 64);
            check.ThrowIfInvalid();
            return Task.FromResult(new DecodeResponse());
        }
    }
}
