using System.Reflection;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

public class ParityTests
{
    private const int Seeds = 3;
    private static readonly (ScalarType Type, double Tolerance)[] Types = [(ScalarType.Float32, 1e-5), (ScalarType.Float64, 1e-10)];
    private static readonly HashSet<MethodBase> Written = WrittenCases.All.Concat(WrittenFunctionCases.All).SelectMany(one => one.Covers).ToHashSet();
    private static readonly IReadOnlyList<ParityCase> Cases = [.. WrittenCases.All, .. WrittenFunctionCases.All, .. RuleCases.All.Where(IsWanted)];

    // A written case takes the place of the rule's.
    private static bool IsWanted(ParityCase one)
    {
        var method = one.Covers.First();
        return !Exceptions.Has(method) && !Written.Contains(method) && !(Operators.Spells(method) is { Count: > 0 } spelled && spelled.All(Written.Contains));
    }

    [NeedsPythonTorch]
    public void Every_operator_has_the_values_and_gradients_that_Python_has_in_both_types()
    {
        var asked = Cases.SelectMany(one => Enumerable.Range(0, Seeds).Select(seed => (Case: one, Inputs: Inputs(one, seed)))).ToList();
        var answers = Exchange.Ask(asked.ConvertAll(question => (question.Case.There, (IReadOnlyList<Sample>)question.Inputs)));
        var failures = asked.Zip(answers).SelectMany(pair => Types.Zip((Exchange.Answer[])[pair.Second.Single, pair.Second.Double])
            .Select(trial => Failure(pair.First.Case, pair.First.Inputs, trial.First.Type, trial.First.Tolerance, trial.Second))).OfType<string>().Distinct().ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} of {asked.Count * 2} trials:\n{string.Join("\n", failures.Take(60))}");
    }

#if COMPAT_PACKAGES
    [Fact]
    public void No_public_operator_is_without_a_case_or_a_reason()
    {
        var covered = Cases.SelectMany(one => one.Covers).ToHashSet();
        // A spelling of operators that have cases has one.
        for (var before = -1; before != covered.Count;)
        {
            before = covered.Count;
            covered.UnionWith(Operators.All.Where(method => Operators.Spells(method) is { Count: > 0 } spelled && spelled.All(covered.Contains)));
        }
        var forgotten = Operators.All.Where(method => !covered.Contains(method) && !Exceptions.Has(method)).Select(Operators.Describe).ToList();
        Assert.True(forgotten.Count == 0, $"{forgotten.Count} of {Operators.All.Count} operators:\n{string.Join("\n", forgotten)}");
    }
#endif

    [Fact]
    public void A_function_in_place_gives_what_it_gives_otherwise()
    {
        using var scope = NewDisposeScope();
        var functions = Operators.All.Where(method => method.DeclaringType == typeof(nn.functional) && method.GetParameters().Any(parameter => parameter.Name == "inplace")).ToList();
        Assert.True(functions.Count > 20);
        foreach (var function in functions)
        {
            var parameters = function.GetParameters();
            object?[] Arguments(Tensor input, bool inplace) => parameters.Select(parameter => parameter switch
            {
                { Position: 0 } => input,
                { Name: "inplace" } => inplace,
                { Name: "alpha" } or { Name: "threshold" } or { Name: "value" } => 0.3,
                _ => Type.Missing,
            }).ToArray();
            Tensor Run(Tensor input, bool inplace)
            {
                manual_seed(3);
                return (Tensor)function.Invoke(null, BindingFlags.OptionalParamBinding | BindingFlags.InvokeMethod, null, Arguments(input, inplace), null)!;
            }
            var given = randn(2, 3, 4, 5);
            var changed = given.clone();
            var expected = Run(given, false);
            Assert.True(expected.allclose(Run(changed, true)), function.Name);
            Assert.True(expected.allclose(changed), function.Name);
        }
    }

    private static List<Sample> Inputs(ParityCase one, int seed)
    {
        var samples = new Samples(one.Name, seed);
        return one.Inputs.Select(samples.Next).ToList();
    }

    private static string? Failure(ParityCase one, List<Sample> inputs, ScalarType type, double tolerance, Exchange.Answer answer)
    {
        var name = $"{one.Name} in {type} as {one.There}";
        if (answer.Problem is not null) return $"{name}: Python says {answer.Problem}";
        using var scope = NewDisposeScope();
        var before = get_default_dtype();
        set_default_dtype(type);
        manual_seed(17);
        try
        {
            return Difference(answer.Tensors, Results(one, inputs.ConvertAll(input => input.In(type)).ToArray()), tolerance) is { } difference ? $"{name}: {difference}" : null;
        }
        catch (Exception problem)
        {
            return $"{name}: {(problem is TargetInvocationException { InnerException: { } inner } ? inner : problem).Message}";
        }
        finally
        {
            set_default_dtype(before);
        }
    }

    private static List<Tensor> Results(ParityCase one, Tensor[] given)
    {
        var outputs = ParityCase.Flat(one.Here(given)).ToList();
        var steered = outputs.Where(output => output.requires_grad).ToList();
        if (steered.Count == 0) return outputs;
        steered.Select(output => (output * arange(output.numel(), dtype: output.dtype).cos().reshape(output.shape)).sum()).Aggregate((sum, next) => sum + next).backward();
        return [.. outputs, .. given.Where(input => input.requires_grad).Select(input => input.grad ?? zeros_like(input))];
    }

    private static string? Difference(IReadOnlyList<Exchange.Found> expected, List<Tensor> found, double tolerance)
    {
        if (expected.Count != found.Count) return $"{found.Count} tensors, Python has {expected.Count}";
        for (var i = 0; i < found.Count; i++)
        {
            if (!expected[i].Shape.SequenceEqual(found[i].shape)) return $"tensor {i} is [{string.Join(", ", found[i].shape)}], Python's [{string.Join(", ", expected[i].Shape)}]";
            var values = found[i].detach().to(ScalarType.Float64).data<double>().ToArray();
            var scale = Math.Max(1, expected[i].Values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max());
            for (var at = 0; at < values.Length; at++)
            {
                var (a, b) = (expected[i].Values[at], values[at]);
                if (!(a.Equals(b) || Math.Abs(a - b) <= tolerance * scale)) return $"element {at} of tensor {i} is {b}, Python has {a}";
            }
        }
        return null;
    }
}
