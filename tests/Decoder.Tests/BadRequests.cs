using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests.Decoder;

public sealed class BadRequests : IAsyncLifetime
{
    private readonly TemporaryFolder _models = new();
    private DecoderHost _host = null!;

    public static TheoryData<string, string> Cases => new()
    {
        { "count 0", "count" },
        { "count -1", "count" },
        { "count 65", "count" },
        { "count 2147483647", "count" },
        { "temperature NaN", "temperature" },
        { "temperature -0.1", "temperature" },
        { "temperature 2.1", "temperature" },
        { "temperature Infinity", "temperature" },
        { "generate format", "picture.format" },
        { "generate webp", "picture.format" },
        { "generate width", "picture.width" },
        { "quality -1", "picture.quality" },
        { "quality 0", "picture.quality" },
        { "quality 101", "picture.quality" },
        { "generate version", "model_version" },
        { "generate sampler", "sampler" },
        { "generate text", "seed_text" },
        { "generate want", "want" },
        { "generate avoid", "avoid" },
        { "generate guidance", "guidance" },
        { "extrapolate", "extrapolate" },
        { "no latents", "latents" },
        { "65 latents", "latents" },
        { "latent NaN", "latents[1].values[2]" },
        { "latent Infinity", "latents[1].values[2]" },
        { "latent -Infinity", "latents[1].values[2]" },
        { "latent 100.1", "latents[1].values[2]" },
        { "latent -1e30", "latents[1].values[2]" },
        { "short latent", "latents[0].values" },
        { "long latent", "latents[0].values" },
        { "empty latent", "latents[0].values" },
        { "decode version", "model_version" },
        { "decode format", "picture.format" },
        { "no from", "from.values" },
        { "no to", "to.values" },
        { "from NaN", "from.values[0]" },
        { "no weights", "weights" },
        { "65 weights", "weights" },
        { "weight NaN", "weights[1]" },
        { "weight -0.01", "weights[1]" },
        { "weight 1.01", "weights[1]" },
        { "weight Infinity", "weights[1]" },
        { "method", "method" },
        { "interpolate version", "model_version" },
        { "describe version", "model_version" },
    };

    public async Task InitializeAsync() => _host = await DecoderHost.StartReadyAsync(_models);

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _models.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_bad_field_is_named(string what, string field)
    {
        var (code, message, info, fields, _) = await DecoderHost.ErrorOfAsync(() => CallAsync(what));

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Equal(("INVALID_REQUEST", "facemix"), (info.Reason, info.Domain));
        Assert.Equal(field, Assert.Single(fields!.FieldViolations).Field);
        Assert.StartsWith(field + ":", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        var (_, _, _, fields, _) = await DecoderHost.ErrorOfAsync(async () => await _host.Client.GenerateAsync(new GenerateRequest
        {
            ModelVersion = "?",
            Count = 0,
            Temperature = float.NaN,
            Picture = new PictureOptions { Quality = 1000 },
        }));

        Assert.Equal(["model_version", "picture.quality", "count", "temperature"], fields!.FieldViolations.Select(each => each.Field));
    }

    [Theory]
    [InlineData("tiny@19990101-000000")]
    [InlineData("other@20260101-000000")]
    public async Task A_version_that_does_not_exist_is_not_found(string version)
    {
        var (code, message, info, _, _) = await DecoderHost.ErrorOfAsync(async () => await _host.Client.GenerateAsync(new GenerateRequest { Count = 1, ModelVersion = version }));

        Assert.Equal((StatusCode.NotFound, "UNKNOWN_MODEL_VERSION"), (code, info.Reason));
        Assert.Contains(version, message, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, (await DecoderHost.ErrorOfAsync(async () => await _host.Client.GetModelAsync(new GetModelRequest { ModelVersion = version }))).Code);
    }

    private async Task CallAsync(string what)
    {
        var client = _host.Client;
        var number = what[(what.LastIndexOf(' ') + 1)..];
        switch (what[..Math.Max(what.LastIndexOf(' '), 0)])
        {
            case "count":
                await client.GenerateAsync(new GenerateRequest { Count = int.Parse(number) });
                return;
            case "temperature":
                await client.GenerateAsync(new GenerateRequest { Count = 1, Temperature = float.Parse(number) });
                return;
            case "quality":
                await client.GenerateAsync(new GenerateRequest { Count = 1, Picture = new PictureOptions { Quality = int.Parse(number) } });
                return;
            case "latent":
                await client.DecodeAsync(new DecodeRequest { Latents = { Good(), Latent(0, 0, float.Parse(number), 0) } });
                return;
            case "weight":
                await client.InterpolateAsync(Mix(0.5f, float.Parse(number), 1));
                return;
        }
        Task call = what switch
        {
            "generate format" => client.GenerateAsync(new GenerateRequest { Count = 1, Picture = new PictureOptions { Format = (PictureFormat)17 } }).ResponseAsync,
            "generate webp" => client.GenerateAsync(new GenerateRequest { Count = 1, Picture = new PictureOptions { Format = PictureFormat.Webp } }).ResponseAsync,
            "generate width" => client.GenerateAsync(new GenerateRequest { Count = 1, Picture = new PictureOptions { Width = 32 } }).ResponseAsync,
            "generate version" => client.GenerateAsync(new GenerateRequest { Count = 1, ModelVersion = "../../etc@passwd" }).ResponseAsync,
            "generate sampler" => client.GenerateAsync(new GenerateRequest { Count = 1, Sampler = Sampler.Prior }).ResponseAsync,
            "generate text" => client.GenerateAsync(new GenerateRequest { Count = 1, SeedText = "Ada" }).ResponseAsync,
            "generate want" => client.GenerateAsync(new GenerateRequest { Count = 1, Want = { "Smiling" } }).ResponseAsync,
            "generate avoid" => client.GenerateAsync(new GenerateRequest { Count = 1, Avoid = { "Smiling" } }).ResponseAsync,
            "generate guidance" => client.GenerateAsync(new GenerateRequest { Count = 1, Guidance = 1 }).ResponseAsync,
            "extrapolate" => client.InterpolateAsync(new InterpolateRequest { From = Good(), To = Good(), Weights = { 0 }, Extrapolate = true }).ResponseAsync,
            "no latents" => client.DecodeAsync(new DecodeRequest()).ResponseAsync,
            "65 latents" => client.DecodeAsync(new DecodeRequest { Latents = { Enumerable.Range(0, 65).Select(_ => Good()) } }).ResponseAsync,
            "short latent" => client.DecodeAsync(new DecodeRequest { Latents = { Latent(1, 2, 3) } }).ResponseAsync,
            "long latent" => client.DecodeAsync(new DecodeRequest { Latents = { Latent(1, 2, 3, 4, 5) } }).ResponseAsync,
            "empty latent" => client.DecodeAsync(new DecodeRequest { Latents = { new Latent() } }).ResponseAsync,
            "decode version" => client.DecodeAsync(new DecodeRequest { Latents = { Good() }, ModelVersion = "tiny" }).ResponseAsync,
            "decode format" => client.DecodeAsync(new DecodeRequest { Latents = { Good() }, Picture = new PictureOptions { Format = (PictureFormat)(-1) } }).ResponseAsync,
            "no from" => client.InterpolateAsync(new InterpolateRequest { To = Good(), Weights = { 0 } }).ResponseAsync,
            "no to" => client.InterpolateAsync(new InterpolateRequest { From = Good(), Weights = { 0 } }).ResponseAsync,
            "from NaN" => client.InterpolateAsync(new InterpolateRequest { From = Latent(float.NaN, 0, 0, 0), To = Good(), Weights = { 0 } }).ResponseAsync,
            "no weights" => client.InterpolateAsync(Mix()).ResponseAsync,
            "65 weights" => client.InterpolateAsync(Mix(new float[65])).ResponseAsync,
            "method" => client.InterpolateAsync(new InterpolateRequest { From = Good(), To = Good(), Weights = { 0 }, Method = (InterpolationMethod)9 }).ResponseAsync,
            "interpolate version" => client.InterpolateAsync(new InterpolateRequest { From = Good(), To = Good(), Weights = { 0 }, ModelVersion = "a@b@c" }).ResponseAsync,
            "describe version" => client.GetModelAsync(new GetModelRequest { ModelVersion = "@" }).ResponseAsync,
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "There is no such case."),
        };
        await call;
    }

    private static Latent Good() => Latent(0, 0, 0, 0);

    private static Latent Latent(params float[] values) => ServingPictures.LatentOf(values);

    private static InterpolateRequest Mix(params float[] weights) => new() { From = Good(), To = Good(), Weights = { weights } };
}
