using FaceMix.Trainer;
using FaceMix.Trainer.Sweeps;
using Xunit;

namespace FaceMix.Tests.Trainer.Sweeps;

public sealed class SweepAxisTests
{
    [Theory]
    [InlineData("loss.kl=0.1,1,4", "loss.kl", "0.1", "1", "4")]
    [InlineData("training.batch=16", "training.batch", "16")]
    [InlineData("model.encoder=[8,16],[16,32]", "model.encoder", "[8,16]", "[16,32]")]
    [InlineData("loss={l1: 1, kl: 2},{l1: 2}", "loss", "{l1: 1, kl: 2}", "{l1: 2}")]
    public void A_key_has_the_values_between_the_commas_outside_of_brackets(string text, string key, params string[] values)
    {
        var axis = SweepAxis.Parse(text);

        Assert.Equal(key, axis.Key);
        Assert.Equal(values, axis.Values);
    }

    [Theory]
    [InlineData("loss.kl", "write KEY=VALUE,VALUE, such as loss.kl=0.1,1,4.")]
    [InlineData("=1,2", "write KEY=VALUE,VALUE")]
    [InlineData("loss.kl=1,", "a value is empty")]
    [InlineData("loss.kl=", "a value is empty")]
    [InlineData("loss.kl=1,2,1", "a value is given twice")]
    [InlineData("name=a,b", "a sweep names its models by their values")]
    public void What_is_no_axis_is_refused_with_its_text(string text, string reason)
    {
        var refused = Assert.Throws<UsageException>(() => SweepAxis.Parse(text));

        Assert.StartsWith($"--set {text}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }
}
