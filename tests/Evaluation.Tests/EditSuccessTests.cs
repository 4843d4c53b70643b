using FaceMix.Evaluation;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Evaluation;

/// <summary>A "picture" here is the latent's signs, one byte each, and the judge reads them back.</summary>
public sealed class EditSuccessTests
{
    private static readonly string[] s_names = ["A", "B", "C"];

    [Fact]
    public void A_direction_gives_its_attribute_and_leaves_what_usually_goes_with_it()
    {
        // B goes with A in most faces; the plain difference of means would move both.
        var (means, masks) = Faces((a, noise) => noise > -0.8 ? a : !a);

        var direction = AttributeDirections.Fit(means, 3, masks, 3).Of(0);

        Assert.InRange(direction[0], 1.8f, 2.2f);
        Assert.InRange(direction[1], -0.2f, 0.2f);
    }

    [Fact]
    public void An_edit_that_changes_one_thing_only_succeeds()
    {
        var (means, masks) = Faces((_, noise) => noise > 0);
        var directions = AttributeDirections.Fit(means, 3, masks, 3);

        var scores = EditSuccess.Of(means, 3, directions, masks, s_names, 50, Decode, Read);

        Assert.All(scores, score => Assert.Equal((1, 1, 1), (score.Changed, score.OthersKept, score.OnlyThis)));
    }

    [Fact]
    public void An_edit_that_drags_another_attribute_along_is_found_out()
    {
        var (means, masks) = Faces((_, noise) => noise > 0);
        var directions = AttributeDirections.Fit(means, 3, masks, 3);

        // Whoever becomes A becomes B.
        AttributeMask[] Dragging(byte[] pictures) => [.. Read(pictures).Select(mask => mask.Has(0) ? mask | AttributeMask.Of(1) : mask)];
        var score = EditSuccess.Of(means, 3, directions, masks, s_names, 50, Decode, Dragging)[0];

        Assert.Equal(1, score.Changed);
        Assert.InRange(score.OnlyThis, 0.1, 0.9);
        Assert.InRange(score.OthersKept, 0.5, 0.99);
    }

    [Fact]
    public void Attributes_that_never_go_together_are_expected_to_give_way()
    {
        // A and B exclude each other; C is free.
        AttributeMask[] masks = [.. Enumerable.Range(0, 200).Select(i => new AttributeMask((i % 2 == 0 ? 1UL : 2UL) | (i % 3 == 0 ? 4UL : 0)))];

        Assert.Equal([new(0b010), new(0b001), new(0b000)], AttributeDirections.RuledOut(masks, 3));
    }

    [Fact]
    public void Rare_attributes_that_were_never_seen_together_are_not_called_exclusive()
    {
        AttributeMask[] masks = [new(1), new(2), .. new AttributeMask[100]];

        Assert.All(AttributeDirections.RuledOut(masks, 2), mask => Assert.True(mask.IsEmpty));
    }

    [Fact]
    public void A_direction_takes_away_what_its_attribute_rules_out()
    {
        // C is what there is with neither A nor B, as no beard is with neither goatee nor moustache.
        var (_, masks) = Faces((_, noise) => noise > 0);
        masks = [.. masks.Select(mask => mask & new AttributeMask(0b011)).Select(mask => mask.IsEmpty ? AttributeMask.Of(2) : mask)];
        float[] means = [.. masks.SelectMany(mask => Enumerable.Range(0, 3).Select(bit => mask.Has(bit) ? 1f : -1f))];

        var scores = EditSuccess.Of(means, 3, AttributeDirections.Fit(means, 3, masks, 3), masks, s_names, 50, Decode, Read);

        Assert.All(scores, score => Assert.Equal((1, 1), (score.Changed, score.OthersKept)));
    }

    private static (float[] Means, AttributeMask[] Masks) Faces(Func<bool, double, bool> hasB)
    {
        var noise = Noise.Normal(1, 0, 600 * 3);
        var (means, masks) = (new float[noise.Length], new AttributeMask[600]);
        for (var n = 0; n < masks.Length; n++)
        {
            var a = noise[n * 3] > 0;
            bool[] has = [a, hasB(a, noise[(n * 3) + 1]), noise[(n * 3) + 2] > 0];
            for (var k = 0; k < 3; k++)
            {
                masks[n] |= has[k] ? AttributeMask.Of(k) : AttributeMask.None;
                means[(n * 3) + k] = has[k] ? 1 : -1;
            }
        }
        return (means, masks);
    }

    private static byte[] Decode(float[] z) => Array.ConvertAll(z, value => value > 0 ? (byte)1 : (byte)0);

    private static AttributeMask[] Read(byte[] pictures) => [.. pictures.Chunk(3).Select(bits => new AttributeMask(bits[0] | (ulong)bits[1] << 1 | (ulong)bits[2] << 2))];
}
