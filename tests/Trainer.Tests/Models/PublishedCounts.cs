using FaceMix.Networks;
using FaceMix.Networks.Layers;
using FaceMix.Trainer.Presets;
using Xunit;

namespace FaceMix.Tests.Trainer.Models;

/// <summary>The published tables, counted as Keras counts: batch norm's statistics are in.</summary>
public sealed class PublishedCounts
{
    [Theory]
    [InlineData("anime-64", 13_802_688, 13_283_023, 27_085_711)]
    [InlineData("iiitb-256", 139_631_808, 10_776_207, 150_408_015)]
    public void Totals_are_the_published_ones_to_the_unit(string preset, long encoder, long decoder, long both)
    {
        var description = NetworkDescription.Of(PresetReader.Read(preset).Model);

        Assert.Equal(encoder, description.Encoder.Sum(row => row.Parameters));
        Assert.Equal(decoder, description.Decoder.Sum(row => row.Parameters));
        Assert.Equal(both, description.Parameters);
    }

    [Fact]
    public void The_encoder_of_anime_64_is_the_published_one_layer_by_layer() => Assert.Equal(
        [2_432, 128, 51_264, 256, 204_928, 512, 819_456, 1_024, 3_277_312, 2_048, 8_389_632, 4_096, 524_800, 524_800],
        Counts(NetworkDescription.Of(PresetReader.Read("anime-64").Model).Encoder));

    [Fact]
    public void The_decoder_of_anime_64_is_the_published_one_layer_by_layer() => Assert.Equal(
        [525_312, 4_096, 8_396_800, 3_277_056, 1_024, 819_328, 512, 204_864, 256, 51_232, 128, 2_403, 12],
        Counts(NetworkDescription.Of(PresetReader.Read("anime-64").Model).Decoder));

    [Fact]
    public void The_decoder_of_iiitb_256_is_the_published_one_layer_by_layer()
    {
        var decoder = NetworkDescription.Of(PresetReader.Read("iiitb-256").Model).Decoder;

        Assert.Equal([525_312, 4_096, 8_396_800, 819_456, 1_024, 819_328, 512, 204_864, 4_803, 12], Counts(decoder));
        Assert.Equal(
            [new Shape(256, 16, 16), new Shape(128, 32, 32), new Shape(64, 64, 64), new Shape(3, 256, 256)],
            decoder.Where(row => row.Kind.StartsWith("ConvT", StringComparison.Ordinal)).Select(row => row.Output));
    }

    private static IEnumerable<long> Counts(IEnumerable<LayerRow> rows) => rows.Select(row => row.Parameters).Where(count => count > 0);
}
