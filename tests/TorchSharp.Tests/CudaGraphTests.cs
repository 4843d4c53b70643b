#if COMPAT_PACKAGES
using FaceMix.Torch;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class CudaGraphTests
{
    [Fact]
    public void Recorded_work_does_the_same_again_and_without_a_GPU_it_is_refused()
    {
        if (!CudaGraph.IsAvailable)
        {
            Assert.ThrowsAny<Exception>(() => CudaGraph.Record(() => { }));
            return;
        }
        using var scope = NewDisposeScope();
        var x = ones(4, device: CUDA);
        var y = zeros(4, device: CUDA);
        using var graph = CudaGraph.Record(() => y.copy_(x * 2));
        using (no_grad()) x.fill_(3);
        graph.Replay();
        Assert.Equal(24, y.sum().item<float>());
    }
}
#endif
