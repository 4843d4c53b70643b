using FaceMix.Trainer;
using FaceMix.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.Trainer.Training;

public sealed class StepsAreRecorded
{
    private static readonly Device s_gpu = new("cuda", 0);

    [Theory]
    [InlineData("auto", true)]
    [InlineData("on", true)]
    [InlineData("off", false)]
    public void On_a_GPU_unless_they_are_not_wanted(string wish, bool records) =>
        Assert.Equal((records, (string?)null), Recording.Decide(TinyRun.Preset($"training.cuda_graph={wish}"), s_gpu, null, together: false, possible: true));

    [Fact]
    public void The_CPU_records_nothing_and_refuses_to()
    {
        Assert.Equal((false, (string?)null), Recording.Decide(TinyRun.Preset(), CPU, null, together: false));
        var refused = Assert.Throws<UsageException>(() => Recording.Check(TinyRun.Preset("training.cuda_graph=on"), CPU));
        Assert.Equal("training.cuda_graph is on, but the run computes on the cpu; ask for auto, or for a GPU with --device cuda.", refused.Message);
    }

    [Theory]
    [InlineData(true, true, "adversarial.weight=0", "several processes train together")]
    [InlineData(false, true, "adversarial.weight=0.1", "the preset has a discriminator, whose step depends on its loss")]
    [InlineData(false, false, "adversarial.weight=0", "this build of native/torch cannot (it takes CUDA's headers and libtorch 2.1 or later)")]
    public void What_cannot_be_recorded_is_said_and_where_recording_was_asked_for_refused(bool together, bool possible, string change, string why)
    {
        Assert.Equal((false, $"Steps are not recorded as a CUDA graph: {why}."), Recording.Decide(TinyRun.Preset(change), s_gpu, null, together, possible));
        var refused = Assert.Throws<UsageException>(() => Recording.Decide(TinyRun.Preset(change, "training.cuda_graph=on"), s_gpu, null, together, possible));
        Assert.Equal($"training.cuda_graph is on, but {why}; ask for auto.", refused.Message);
    }

    [Fact]
    public void A_word_that_means_nothing_is_refused() =>
        Assert.Throws<UsageException>(() => TinyRun.Preset("training.cuda_graph=perhaps"));
}
