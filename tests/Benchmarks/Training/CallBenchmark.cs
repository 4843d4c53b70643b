using System.Diagnostics;
using System.Globalization;
using FaceMix.Tests;
using static TorchSharp.torch;

namespace FaceMix.Benchmarks.Training;

/// <summary>Nanoseconds of one call of an operator with its result freed.</summary>
internal sealed record CallCost(double Direct, double Binding, double Python);

/// <summary>What a call costs through the binding above the same call in C++: both add two tensors of four numbers.</summary>
internal static class CallBenchmark
{
    private const int Calls = 200_000;
    private const int Rounds = 7;

    public static async Task<CallCost> RunAsync()
    {
        var program = await CompileAsync();
        List<double> direct = [], binding = [], python = [];
        for (var round = 0; round < Rounds; round++)
        {
            direct.Add(double.Parse(await Programs.OutputAsync(program, $"{Calls}"), CultureInfo.InvariantCulture));
            binding.Add(Binding());
            python.Add(double.Parse(await Programs.OutputAsync(PythonScript.Interpreter, Source("calls.py"), $"{Calls}"), CultureInfo.InvariantCulture));
        }
        return new(direct.Min(), binding.Min(), python.Min());
    }

    private static double Binding()
    {
        using var noGrad = no_grad();
        using var a = ones(4);
        using var b = ones(4);
        for (var i = 0; i < Calls / 10; i++)
            a.add(b).Dispose();
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Calls; i++)
            a.add(b).Dispose();
        return Stopwatch.GetElapsedTime(begun).TotalNanoseconds / Calls;
    }

    private static async Task<string> CompileAsync()
    {
        var program = Repository.PathOf("native", "build", "direct-calls");
        if (File.Exists(program) && File.GetLastWriteTimeUtc(program) > File.GetLastWriteTimeUtc(Source("calls.cpp")))
            return program;
        await Programs.OutputAsync("g++", "-O2", "-std=c++17", "-o", program, Source("calls.cpp"), "-ltorch", "-ltorch_cpu", "-lc10");
        return program;
    }

    private static string Source(string name) => Repository.PathOf("tests", "Benchmarks", "Training", name);
}
