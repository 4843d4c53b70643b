using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;
#if COMPAT_PACKAGES
using System.Runtime.CompilerServices;
using FaceMix.Torch;
#endif

namespace FaceMix.Tests.TorchSharpRoom;

public class SteadinessTests(ITestOutputHelper output)
{
    /// <summary>Environment variable with another number of steps, for a longer look than a test run has time for.</summary>
    private const string StepsVariable = "FACEMIX_STEADY_STEPS";

    private const int Looks = 20;

    [Fact]
    public void Training_steps_leave_no_tensor_and_no_memory_behind()
    {
        var steps = int.TryParse(Environment.GetEnvironmentVariable(StepsVariable), out var asked) ? asked : 600;
        manual_seed(1);
        using var model = new SmallVae();
        using var optimizer = optim.Adam(model.parameters(), 1e-3);
        using var pictures = rand(4, 3, 16, 16);
        // The first steps make the optimizer's state, and fill libtorch's and the collector's caches.
        for (var i = 0; i < steps / 3; i++) Step(model, optimizer, pictures);
        var (tensors, memory) = (Tensor.TotalCount, Resident());
        var grown = new List<long>();
        for (var i = 1; i <= steps; i++)
        {
            Step(model, optimizer, pictures);
            if (i % (steps / Looks) == 0) grown.Add(Resident() - memory);
        }

        Assert.Equal(tensors, Tensor.TotalCount);
        output.WriteLine($"{steps} steps after {steps / 3}, {memory / 1e6:F1} MB: {string.Join(" ", grown.Select(bytes => $"{bytes / 1e6:+0.0;-0.0}"))}");
        // The gradients of one step are 50 kB, what its graph keeps is several times as much.
        Assert.True(grown[^1] < 24_000_000, $"{grown[^1] / 1e6:F1} MB more after {steps} steps, at {memory / 1e6:F0} MB");
    }

    private static void Step(SmallVae model, OptimizerHelper optimizer, Tensor pictures)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = SmallVae.Loss(model.call(pictures, randn(4, 4)), pictures);
        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), 1.0);
        optimizer.step();
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [Fact]
    public void Tensors_are_counted_in_scopes_and_outside()
    {
        var statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        var outside = zeros(1);
        using (var scope = NewDisposeScope())
        {
            zeros(1);
            zeros(1).Dispose();
            var detached = zeros(1).DetachFromDisposeScope();
            scope.Attach(detached);
        }
        outside.Dispose();
        Assert.Equal(1, statistics.CreatedOutsideScopeCount);
        Assert.Equal(3, statistics.CreatedInScopeCount);
        Assert.Equal(1, statistics.DisposedOutsideScopeCount);
        Assert.Equal(3, statistics.DisposedInScopeCount);
        Assert.Equal(1, statistics.DetachedFromScopeCount);
        Assert.Equal(1, statistics.AttachedToScopeCount);
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
    }

#if COMPAT_PACKAGES
    [Fact]
    public void A_tensor_that_escapes_its_scope_is_reported_with_the_place_where_it_did()
    {
        var before = Escapes.Watching;
        Resident();
        Escapes.Reset();
        Escapes.Watching = true;
        try
        {
            using (NewDisposeScope()) Escape();
            Forget();
            using (NewDisposeScope()) zeros(1);
            zeros(1).Dispose();
            Resident();
            Assert.Equal(3, Escapes.Count);
            Assert.Contains($"2 × {nameof(SteadinessTests)}.{nameof(Escape)}", Escapes.Report());
            Assert.Contains($"1 × {nameof(SteadinessTests)}.{nameof(Forget)}", Escapes.Report());
            Assert.DoesNotContain(nameof(Resident), Escapes.Report());
        }
        finally
        {
            Escapes.Watching = before;
            Escapes.Reset();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Escape()
    {
        for (var i = 0; i < 2; i++) zeros(10).DetachFromDisposeScope();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget() => zeros(10);
#endif
}
