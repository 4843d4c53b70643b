using System.Net;

namespace FaceMix.Tests.Studio;

/// <summary>Only what a reader may do is passed on.</summary>
public class AllowListTests
{
    public static TheoryData<string> DecoderMethods => new("Generate", "Decode", "Interpolate", "GetModel");

    public static TheoryData<string> LatentStoreMethods =>
        new("GetLatent", "MatchFeatures", "SearchNearest", "ListAttributes", "ListModelVersions");

    [Theory]
    [MemberData(nameof(DecoderMethods))]
    public async Task Decoder_calls_reach_the_decoder(string method) =>
        await Reaches($"/facemix.decoder.v1.DecoderService/{method}", decoder: true);

    [Theory]
    [MemberData(nameof(LatentStoreMethods))]
    public async Task Latent_store_calls_reach_the_latent_store(string method) =>
        await Reaches($"/facemix.latents.v1.LatentStoreService/{method}", decoder: false);

    [Theory]
    [InlineData("/facemix.latents.v1.LatentStoreService/AddLatents")]
    [InlineData("/facemix.latents.v1.LatentStoreService/GetLatent/../AddLatents")]
    [InlineData("/facemix.latents.v1.LatentStoreService/GetLatent/%2e%2e/AddLatents")]
    [InlineData("/facemix.decoder.v1.DecoderService/AddLatents")]
    [InlineData("/grpc.health.v1.Health/Check")]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")]
    [InlineData("/facemix.decoder.v1.DecoderService/")]
    public async Task Anything_else_is_answered_here_and_goes_nowhere(string path)
    {
        await using var upstream = await Upstream.StartAsync(Upstream.Echo);
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);

        using var response = await studio.CallAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(upstream.Asked);
    }

    [Fact]
    public async Task A_path_in_another_case_is_passed_on_in_the_protos_spelling()
    {
        await using var upstream = await Upstream.StartAsync(Upstream.Echo);
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);

        using var response = await studio.CallAsync("/FACEMIX.decoder.v1.decoderservice/generate");

        Assert.Equal("/facemix.decoder.v1.DecoderService/Generate", Assert.Single(upstream.Asked).Path);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/grpc")]
    public async Task A_body_that_is_not_grpc_web_is_refused(string type)
    {
        await using var upstream = await Upstream.StartAsync(Upstream.Echo);
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);
        using var body = new ByteArrayContent([0, 0, 0, 0, 0]);
        body.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await studio.Client.PostAsync("/facemix.decoder.v1.DecoderService/Generate", body);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Empty(upstream.Asked);
    }

    [Fact]
    public async Task A_get_is_no_call()
    {
        await using var upstream = await Upstream.StartAsync(Upstream.Echo);
        await using var studio = await StudioUnderTest.StartAsync(upstream.Address);

        using var response = await studio.Client.GetAsync("/facemix.decoder.v1.DecoderService/Generate");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Empty(upstream.Asked);
    }

    private static async Task Reaches(string path, bool decoder)
    {
        await using var right = await Upstream.StartAsync(Upstream.Echo);
        await using var wrong = await Upstream.StartAsync(Upstream.Echo);
        await using var studio = await StudioUnderTest.StartAsync(
            decoder ? right.Address : wrong.Address, decoder ? wrong.Address : right.Address);

        using var response = await studio.CallAsync(path, new ByteArrayContent([0, 0, 0, 0, 2, 7, 9]));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([0, 0, 0, 0, 2, 7, 9], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(path, Assert.Single(right.Asked).Path);
        Assert.Empty(wrong.Asked);
    }
}
