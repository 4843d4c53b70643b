using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class DisposeScopeTests
{
    [Fact]
    public void Tensors_of_a_scope_end_with_it()
    {
        Tensor inside;
        using (NewDisposeScope()) inside = zeros(3);
        Assert.True(inside.IsInvalid);
    }

    [Fact]
    public void A_tensor_that_is_moved_out_lives_until_the_outer_scope_ends()
    {
        Tensor moved;
        using (NewDisposeScope())
        {
            using (NewDisposeScope()) moved = zeros(3).MoveToOuterDisposeScope();
            Assert.False(moved.IsInvalid);
        }
        Assert.True(moved.IsInvalid);
    }

    [Fact]
    public void A_detached_tensor_outlives_all_scopes()
    {
        Tensor kept;
        using (NewDisposeScope()) kept = zeros(3).DetachFromDisposeScope();
        Assert.Equal(3, kept.numel());
        kept.Dispose();
    }

    [Fact]
    public void Scopes_may_end_in_any_order()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        var tensor = zeros(1);
        outer.Dispose();
        Assert.False(tensor.IsInvalid);
        inner.Dispose();
        Assert.True(tensor.IsInvalid);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void A_modules_tensors_outlive_the_scope_it_was_made_in()
    {
        Linear layer;
        using (NewDisposeScope()) layer = nn.Linear(2, 2);
        Assert.False(layer.weight.IsInvalid);
        layer.Dispose();
        Assert.True(layer.weight.IsInvalid);
    }

    [Fact]
    public void Rounds_of_work_leave_no_tensor_and_no_memory_behind()
    {
        using var weight = randn(512, 512, requires_grad: true);
        Round(weight);
        var before = System.Diagnostics.Process.GetCurrentProcess().WorkingSet64;
        for (var i = 0; i < 300; i++) Round(weight);
        var grown = System.Diagnostics.Process.GetCurrentProcess().WorkingSet64 - before;
        // Each round holds about five megabytes; all of them would be a gigabyte and a half.
        Assert.True(grown < 200_000_000, $"{grown} bytes more than before");
    }

    [Fact]
    public void Tensors_that_nobody_disposes_are_finalised()
    {
        Drop();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(dropped!.TryGetTarget(out _));
    }

    private static WeakReference<Tensor>? dropped;

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Drop() => dropped = new WeakReference<Tensor>(zeros(1000));

    private static void Round(Tensor weight)
    {
        using var scope = NewDisposeScope();
        var result = (weight.relu() * weight + weight).sum();
        result.backward();
        Assert.InRange(scope.DisposablesCount, 3, 20);
    }
}
