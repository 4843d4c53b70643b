using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

public class OperatorTests
{
    private const double Tolerance = 1e-5;

    [NeedsPythonTorch]
    public void Every_operator_has_the_values_and_gradients_that_Python_has()
    {
        using var scope = NewDisposeScope();
        var inputs = OperatorCase.All.ToDictionary(
            one => one.Name,
            one => one.Shapes.Select((shape, i) => Comparison.Numbers(17 + i, shape).requires_grad_()).ToArray());
        var expected = PythonScript.Run(
            Repository.PathOf("tests", "TorchSharp.Tests", "operators.py"),
            inputs.SelectMany(one => one.Value.Select((tensor, i) => Comparison.Named($"{one.Key}.{"abc"[i]}", tensor))),
            OperatorCase.All.ToDictionary(one => one.Name, one => one.There));

        foreach (var one in OperatorCase.All)
        {
            var given = inputs[one.Name];
            var value = one.Here(given);
            Comparison.Near(expected[$"{one.Name}.value"], value, Tolerance, one.Name);
            (value * arange(value.numel(), dtype: ScalarType.Float32).cos().reshape(value.shape)).sum().backward();
            for (var i = 0; i < given.Length; i++)
                Comparison.Near(expected[$"{one.Name}.{"abc"[i]}"], given[i].grad ?? zeros_like(given[i]), Tolerance, $"gradient of {one.Name} by {"abc"[i]}");
        }
    }
}
