using System.Runtime.InteropServices;
using System.Text.Json;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

/// <summary>All cases go to one Python process and come back as numbers; see parity.py for the files.</summary>
internal static class Exchange
{
    /// <summary>A tensor that Python found.</summary>
    public sealed record Found(long[] Shape, double[] Values);

    /// <summary>What Python found for a case: outputs, then gradients of the floating inputs; or why it did not.</summary>
    public sealed record Answer(IReadOnlyList<Found> Tensors, string? Problem);

    /// <returns>Two answers for each question, in float32 and in float64.</returns>
    public static IReadOnlyList<(Answer Single, Answer Double)> Ask(IReadOnlyList<(string There, IReadOnlyList<Sample> Inputs)> questions)
    {
        using var folder = new TemporaryFolder();
        List<double> numbers = [];
        var cases = questions.Select(question => new
        {
            there = question.There,
            inputs = question.Inputs.Select(input =>
            {
                var at = numbers.Count;
                numbers.AddRange(input.Values);
                return new object[] { input.DType, input.Shape, at };
            }).ToArray(),
        }).ToArray();
        File.WriteAllText(folder.File("cases.json"), JsonSerializer.Serialize(cases));
        File.WriteAllBytes(folder.File("inputs.bin"), MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(numbers)));
        PythonScript.Execute(Repository.PathOf("tests", "TorchSharp.Tests", "Parity", "parity.py"), folder.Path);

        var values = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(folder.File("values.bin"))).ToArray();
        using var found = JsonDocument.Parse(File.ReadAllText(folder.File("values.json")));
        var answers = found.RootElement.EnumerateArray().Select(answer => Read(answer, values)).ToArray();
        return Enumerable.Range(0, questions.Count).Select(i => (answers[2 * i], answers[2 * i + 1])).ToArray();
    }

    private static Answer Read(JsonElement answer, double[] values)
    {
        if (answer.ValueKind == JsonValueKind.String) return new([], answer.GetString());
        return new(answer.EnumerateArray().Select(tensor =>
        {
            var shape = tensor[0].EnumerateArray().Select(size => size.GetInt64()).ToArray();
            var count = (int)shape.Aggregate(1L, (product, size) => product * size);
            return new Found(shape, values.AsSpan(tensor[1].GetInt32(), count).ToArray());
        }).ToArray(), null);
    }
}
