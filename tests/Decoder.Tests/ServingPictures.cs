using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using FaceMix.Imaging;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.Decoder;

public sealed class ServingPictures : IAsyncLifetime
{
    private static readonly PictureOptions Raw = new() { Format = PictureFormat.Raw };

    private readonly TemporaryFolder _models = new();
    private DecoderHost _host = null!;

    public async Task InitializeAsync() => _host = await DecoderHost.StartReadyAsync(_models);

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _models.Dispose();
    }

    [Fact]
    public async Task The_first_release_is_described()
    {
        var model = (await _host.Client.GetModelAsync(new GetModelRequest())).Model;

        Assert.Equal(TinyModel.FirstRelease, model.ModelVersion);
        Assert.Equal(TinyModel.LatentSize, model.LatentSize);
        Assert.Equal(TinyModel.ImageSize, model.ImageSize);
        Assert.Equal(["Eyeglasses", "Smiling"], model.Attributes);
        Assert.Equal("nothing", model.Dataset);
    }

    [Fact]
    public async Task Latents_are_decoded_in_their_order()
    {
        var request = new DecodeRequest { Picture = Raw };
        for (var i = 0; i < 50; i++)
            request.Latents.Add(LatentOf(i / 10f, -i / 10f, 1, 0.25f));

        var response = await _host.Client.DecodeAsync(request);

        Assert.Equal(50, response.Pictures.Count);
        for (var i = 0; i < 50; i++)
        {
            var picture = response.Pictures[i];
            Assert.Equal(request.Latents[i], picture.Latent);
            Assert.Equal(TinyModel.PictureOf(picture.Latent.Values), picture.Data.ToByteArray());
            Assert.Equal((8, 8, PictureFormat.Raw, TinyModel.FirstRelease), (picture.Width, picture.Height, picture.Format, picture.ModelVersion));
            Assert.False(picture.HasSeed);
        }
    }

    [Theory]
    [InlineData(PictureFormat.Unspecified, PictureFormat.Png)]
    [InlineData(PictureFormat.Png, PictureFormat.Png)]
    [InlineData(PictureFormat.Jpeg, PictureFormat.Jpeg)]
    public async Task Encoded_pictures_open_and_show_the_same(PictureFormat asked, PictureFormat got)
    {
        var latent = LatentOf(1, 2, -1, 0);
        var response = await _host.Client.DecodeAsync(new DecodeRequest { Latents = { latent }, Picture = new PictureOptions { Format = asked, Quality = 100 } });

        var picture = Assert.Single(response.Pictures);
        Assert.Equal(got, picture.Format);
        var image = ImageDecoder.Decode(picture.Data.ToByteArray(), "a reply");
        var expected = TinyModel.PictureOf(latent.Values);
        Assert.Equal((8, 8), (image.Width, image.Height));
        var worst = image.Pixels.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.True(worst <= (got == PictureFormat.Png ? 0 : 40), $"A level differs by {worst}.");
    }

    [Fact]
    public async Task A_better_jpeg_is_larger()
    {
        Assert.True(await SizeAsync(95) > await SizeAsync(5));

        async Task<int> SizeAsync(int quality) => (await _host.Client.GenerateAsync(
            new GenerateRequest { Count = 1, Seed = 1, Picture = new PictureOptions { Format = PictureFormat.Jpeg, Quality = quality } })).Pictures[0].Data.Length;
    }

    [Fact]
    public async Task A_seed_gives_the_same_faces_alone_and_in_company()
    {
        var together = await _host.Client.GenerateAsync(new GenerateRequest { Count = 64, Seed = ulong.MaxValue - 3, Picture = Raw });
        Assert.Equal(64, together.Pictures.Count);
        Assert.Equal([ulong.MaxValue - 3, ulong.MaxValue - 2, ulong.MaxValue - 1, ulong.MaxValue, 0, 1], together.Pictures.Take(6).Select(picture => picture.Seed));
        foreach (var picture in together.Pictures.Where((_, i) => i % 9 == 0))
        {
            var alone = await _host.Client.GenerateAsync(new GenerateRequest { Count = 1, Seed = picture.Seed, Picture = Raw });
            Assert.Equal(picture, Assert.Single(alone.Pictures));
            Assert.Equal(TinyModel.PictureOf(picture.Latent.Values), picture.Data.ToByteArray());
        }
    }

    [Fact]
    public async Task Without_a_seed_the_reply_says_which_was_picked()
    {
        var first = (await _host.Client.GenerateAsync(new GenerateRequest { Count = 1 })).Pictures[0];
        var second = (await _host.Client.GenerateAsync(new GenerateRequest { Count = 1 })).Pictures[0];

        Assert.NotEqual(first.Seed, second.Seed);
        Assert.Equal(first, (await _host.Client.GenerateAsync(new GenerateRequest { Count = 1, Seed = first.Seed })).Pictures[0]);
    }

    [Fact]
    public async Task Without_temperature_left_every_face_is_the_mean_face()
    {
        var response = await _host.Client.GenerateAsync(new GenerateRequest { Count = 5, Seed = 7, Temperature = 0 });

        Assert.All(response.Pictures, picture => Assert.Equal([0f, 1, -1, 0.5f], picture.Latent.Values));
    }

    [Fact]
    public async Task A_mix_goes_from_one_latent_to_the_other()
    {
        var response = await _host.Client.InterpolateAsync(new InterpolateRequest
        {
            From = LatentOf(0, 0, 0, 1),
            To = LatentOf(1, 2, -4, 1),
            Weights = { 0, 0.5f, 1 },
            Picture = Raw,
        });

        Assert.Equal([[0f, 0, 0, 1], [0.5f, 1, -2, 1], [1f, 2, -4, 1]], response.Pictures.Select(picture => picture.Latent.Values.ToArray()));
        Assert.All(response.Pictures, picture => Assert.Equal(TinyModel.PictureOf(picture.Latent.Values), picture.Data.ToByteArray()));
    }

    [Fact]
    public async Task A_spherical_mix_keeps_its_distance_from_the_mean()
    {
        var response = await _host.Client.InterpolateAsync(new InterpolateRequest
        {
            From = LatentOf(2, 0, 0, 0),
            To = LatentOf(0, 2, 0, 0),
            Weights = { 0.5f },
            Method = InterpolationMethod.Spherical,
        });

        var half = response.Pictures[0].Latent.Values;
        Assert.Equal(MathF.Sqrt(2), half[0], 5);
        Assert.Equal(MathF.Sqrt(2), half[1], 5);
    }

    [Fact]
    public async Task A_caller_that_has_left_gets_cancelled()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await _host.Client.GenerateAsync(new GenerateRequest { Count = 1 }, cancellationToken: left.Token));

        Assert.True(error is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled });
    }

    internal static Latent LatentOf(params float[] values) => new() { Values = { values } };
}
