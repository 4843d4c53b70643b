using FaceMix.Common.V1;
using FaceMix.Decoder.V1;
using FaceMix.Imaging;
using FaceMix.Latents;
using FaceMix.ModelStore;
using Grpc.Net.Client;

namespace FaceMix.Tests.EndToEnd;

/// <summary>What the trainer draws and what the decoder serves for the same seeds.</summary>
public sealed class SameSeedsTests
{
    private const int Served = 8;
    private const ulong Seed = 5;

    // SampleSheet: two pixels around pictures; three rows of new faces without a caption between them end the sheet.
    private const int Gap = 2;
    private const int SampleRows = 3;

    [Fact]
    public async Task The_decoder_generates_for_the_same_seeds_the_latents_and_pictures_that_samples_png_shows()
    {
        using var models = new TemporaryFolder();
        await TrainerCommand.RunAsync(
            "train", "--preset", "facemix-32-tiny", "--models", models.Path, "--seed", $"{Seed}", "--count", "300",
            "--max-time", "0s", "--set", "training.max_steps=20", "--set", "training.held_out=64", "--encode", "0");
        var catalog = new ModelCatalog(models.Path);
        var id = catalog.Newest()!.Value;
        var manifest = catalog.ReadManifest(id);
        var latents = LatentSampler.DrawMany(Seed, Served, manifest.LatentSize, LatentDensity.Read(catalog.FileOf(id, ModelFiles.Density), manifest.LatentSize));
        var sheet = ImageDecoder.DecodeFile(catalog.FileOf(id, ModelFiles.Samples));

        await using var decoder = await ServiceProcess.StartAsync("Decoder", 0, $"--Models:Path={models.Path}");
        using var channel = GrpcChannel.ForAddress(decoder.Grpc);
        var generated = (await new DecoderService.DecoderServiceClient(channel).GenerateAsync(
            new GenerateRequest { Count = Served, Seed = Seed, Picture = new PictureOptions { Format = PictureFormat.Raw } })).Pictures;

        Assert.Equal(Served, generated.Count);
        for (var i = 0; i < Served; i++)
        {
            Assert.Equal(Seed + (ulong)i, generated[i].Seed);
            Assert.Equal(latents[(i * manifest.LatentSize)..((i + 1) * manifest.LatentSize)], generated[i].Latent.Values);
            // A batch of another size may round a level to its neighbour.
            Assert.All(OnSheet(sheet, manifest.ImageSize, i).Zip(generated[i].Data), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        }
    }

    private static byte[] OnSheet(RgbImage sheet, int size, int column)
    {
        var (left, top) = (Gap + (column * (size + Gap)), sheet.Height - (SampleRows * (size + Gap)));
        return [.. Enumerable.Range(0, size).SelectMany(row => sheet.Pixels.AsSpan((((top + row) * sheet.Width) + left) * 3, size * 3).ToArray())];
    }
}
