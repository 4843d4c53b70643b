#if COMPAT_PACKAGES
using FaceMix.Tests.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests;

/// <summary>What the protocol asks for and Grpc.AspNetCore 2.80 does not do.</summary>
public sealed class WhereThePackageFails
{
    [Fact]
    public async Task Bytes_in_metadata_may_be_joined_by_commas()
    {
        var seen = new List<string>();
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = (_, context) =>
            {
                seen.AddRange(context.RequestHeaders.GetAll("x-bin").Select(entry => Convert.ToHexString(entry.ValueBytes)));
                return Task.FromResult(new SayResponse());
            },
        });

        await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest()), headers: ("x-bin", "AQ==,AgM, BAUG,"));

        Assert.Equal(["01", "0203", "040506", ""], seen);
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc-web")]
    public async Task A_trailer_cannot_bring_another_one_with_it(string type)
    {
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = (_, context) =>
            {
                context.ResponseTrailers.Add("good", "word");
                context.ResponseTrailers.Add("bad", "word\r\ngrpc-status: 0");
                return Task.FromResult(new SayResponse());
            },
        });

        var call = await RawCall.SendAsync(type == "application/grpc" ? server.Grpc : server.Web, "Say", RawCall.Framed(new SayRequest()), type);

        Assert.Equal((StatusCode.Unknown, "word", null), (call.Status, call.Value("good"), call.Value("bad")));
    }
}
#endif
