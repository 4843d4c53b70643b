using FaceMix.Evaluation;
using FaceMix.Latents;
using Xunit;

namespace FaceMix.Tests.Evaluation;

public sealed class AttributeScoresTests
{
    [Fact]
    public void Balanced_accuracy_does_not_reward_saying_no_to_everything()
    {
        AttributeMask[] truth = [AttributeMask.Of(0), .. new AttributeMask[9]];

        var score = Assert.Single(AttributeScores.Of(new AttributeMask[10], truth, ["Eyeglasses"]));

        Assert.Equal(0.9, score.Accuracy, 9);
        Assert.Equal(0.5, score.Balanced, 9);
    }

    [Fact]
    public void Each_attribute_is_scored_by_its_own_bit()
    {
        var scores = AttributeScores.Of([new(0b01), new(0b11)], [new(0b01), new(0b01)], ["A", "B"]);

        Assert.Equal([1, 0.5], scores.Select(score => score.Accuracy));
        Assert.Equal(0.5, scores[1].Balanced);
    }
}
