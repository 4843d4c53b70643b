using System.Reflection;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom;

/// <summary>The many overloads that make tensors: each against the one that the rest goes through.</summary>
public class FactoryTests
{
    private static readonly long[] Sizes = [2, 3, 4, 5];

    [Theory]
    [InlineData("zeros")]
    [InlineData("ones")]
    [InlineData("empty")]
    [InlineData("full")]
    [InlineData("rand")]
    [InlineData("randn")]
    public void Sizes_may_be_spelled_in_any_way(string name)
    {
        using var scope = NewDisposeScope();
        var overloads = Overloads(typeof(torch), name);
        Assert.Equal(9, overloads.Count);
        Assert.All(overloads, overload => SameAsArray(name, overload, null));
    }

    [Theory]
    [InlineData("new_zeros", "zeros")]
    [InlineData("new_ones", "ones")]
    [InlineData("new_empty", "empty")]
    [InlineData("new_full", "full")]
    public void A_tensor_makes_others_of_its_type(string name, string like)
    {
        using var scope = NewDisposeScope();
        using var own = torch.zeros(1, dtype: ScalarType.Float64);
        var overloads = Overloads(typeof(Tensor), name);
        Assert.InRange(overloads.Count, 2, 3);
        Assert.All(overloads, overload => Assert.Equal(ScalarType.Float64, SameAsArray(like, overload, own).dtype));
    }

    [Fact]
    public void A_span_is_as_good_as_an_array()
    {
        using var scope = NewDisposeScope();
        ReadOnlySpan<long> span = [2, 3];
        using var own = torch.ones(1);
        foreach (var made in (Tensor[])[zeros(span), ones(span), empty(span), full(span, 7), rand(span), randn(span), own.new_zeros(span), own.new_empty(span), own.new_full(span, 7)])
            Assert.Equal([2, 3], made.shape);
        Assert.Equal([2, 3], own.empty_like().expand(2, 3).shape);
    }

    [Fact]
    public void Arrays_of_every_type_and_rank_become_tensors()
    {
        using var scope = NewDisposeScope();
        var overloads = Overloads(typeof(torch), "tensor").Concat(Overloads(typeof(torch), "as_tensor")).Where(overload => overload.GetParameters()[0].ParameterType != typeof(Tensor)).ToList();
        Assert.True(overloads.Count > 50);
        foreach (var overload in overloads)
        {
            var type = overload.GetParameters()[0].ParameterType;
            var element = type.IsArray ? type.GetElementType()! : type.IsGenericType ? type.GetGenericArguments()[0] : type;
            using var made = (Tensor)overload.Invoke(null, BindingFlags.OptionalParamBinding | BindingFlags.InvokeMethod, null, Filled(overload, Content(type, element)), null)!;
            Assert.Equal(type.IsArray ? type.GetArrayRank() : type.IsGenericType ? 1 : 0, made.Dimensions);
            Assert.Equal(1.0, made.to_type(ScalarType.Float64).sum().item<double>());
        }
    }

    [Fact]
    public void A_span_of_dimensions_shapes_an_array()
    {
        using var scope = NewDisposeScope();
        ReadOnlySpan<long> shape = [2, 1];
        foreach (var made in (Tensor[])[
            tensor(new byte[] { 0, 1 }, shape), tensor(new sbyte[] { 0, 1 }, shape), tensor(new short[] { 0, 1 }, shape), tensor(new[] { 0, 1 }, shape), tensor(new[] { 0L, 1 }, shape),
            tensor(new[] { 0f, 1 }, shape), tensor(new[] { 0.0, 1 }, shape), tensor(new[] { false, true }, shape), tensor(new Memory<float>([0, 1]), shape), tensor((IList<int>)[0, 1], shape)])
        {
            Assert.Equal([2, 1], made.shape);
            Assert.Equal(1.0, made.to_type(ScalarType.Float64)[1, 0].item<double>());
        }
        Assert.Equal([2, 1], from_array(new float[2, 1]).shape);
        Assert.Equal(ScalarType.Float64, from_array(new float[2, 1], ScalarType.Float64).dtype);
        Assert.Throws<ArgumentException>(() => tensor(new[] { 1f, 2, 3 }, [2, 2]));
        Assert.Throws<NotSupportedException>(() => zeros(2, names: ["batch"]));
    }

    private static List<MethodInfo> Overloads(Type home, string name) => home.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => method.Name == name && !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRefLike)).ToList();

    private static Tensor SameAsArray(string name, MethodInfo overload, Tensor? own)
    {
        var parameters = overload.GetParameters();
        var sizes = parameters[0].ParameterType == typeof(long[]) ? 2 : parameters.Count(parameter => parameter.ParameterType == typeof(long) || parameter.ParameterType == typeof(int));
        var next = 0;
        var arguments = parameters.Select(parameter => parameter switch
        {
            { ParameterType: var type } when type == typeof(long[]) => Sizes[..2],
            { ParameterType: var type } when type == typeof(long) => Sizes[next++],
            { ParameterType: var type } when type == typeof(int) => (int)Sizes[next++],
            { ParameterType: var type } when type == typeof(Scalar) => (Scalar)0.5,
            { Name: "dtype" } => ScalarType.Float64,
            _ => Type.Missing,
        }).ToArray();
        manual_seed(5);
        var made = (Tensor)overload.Invoke(own, BindingFlags.OptionalParamBinding | BindingFlags.InvokeMethod, null, arguments, null)!;
        Assert.Equal(Sizes[..sizes], made.shape);
        manual_seed(5);
        var expected = name switch
        {
            "zeros" => zeros(Sizes[..sizes], ScalarType.Float64),
            "ones" => ones(Sizes[..sizes], ScalarType.Float64),
            "full" => full(Sizes[..sizes], 0.5, ScalarType.Float64),
            "rand" => rand(Sizes[..sizes], ScalarType.Float64),
            "randn" => randn(Sizes[..sizes], ScalarType.Float64),
            _ => made,
        };
        Assert.True(expected.allclose(made, equal_nan: true), $"{name} with {sizes} sizes");
        return made;
    }

    // One 1 among zeros.
    private static object Content(Type type, Type element)
    {
        var one = Convert.ChangeType(1, element, null);
        if (!type.IsArray && !type.IsGenericType) return one;
        var array = Array.CreateInstance(element, type.IsArray ? Enumerable.Repeat(2, type.GetArrayRank()).ToArray() : [2]);
        array.SetValue(one, Enumerable.Repeat(1, array.Rank).ToArray());
        return type.IsArray || type.GetGenericTypeDefinition() != typeof(Memory<>) ? array : Activator.CreateInstance(type, array)!;
    }

    private static object?[] Filled(MethodInfo overload, object content) => [content, .. Enumerable.Repeat(Type.Missing, overload.GetParameters().Length - 1)];
}
