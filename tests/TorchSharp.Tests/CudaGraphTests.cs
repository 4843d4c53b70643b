#if COMPAT_PACKAGES
using FaceMix.Torch;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class CudaGraphTests
{
    [Fact]
    public void Where_nothing_can_be_recorded_the_sentence_says_what_is_missing()
    {
        if (CudaGraph.IsAvailable)
            return;
        var refused = Assert.Throws<TorchException>(() => new CudaGraph(new Device("cuda", 0)));
        Assert.Contains("CUDA", refused.NativeMessage, StringComparison.Ordinal);
    }

    [NeedsGpu]
    public void Recorded_work_is_done_at_each_replay_and_not_when_it_is_recorded()
    {
        using var scope = NewDisposeScope();
        var x = ones(4, device: CUDA);
        var y = zeros(4, device: CUDA);
        using var graph = new CudaGraph(new Device("cuda", 0));
        void Work() => y.add_(x * 2);
        graph.Rehearse(Work);
        graph.Record(Work);
        Assert.Equal(8, y.sum().item<float>());
        x.fill_(3);
        graph.Replay();
        graph.Replay();
        Assert.Equal(8 + 48, y.sum().item<float>());
    }
}
#endif
