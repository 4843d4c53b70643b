using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

/// <summary>The public operators: what gives tensors, or a truth about them.</summary>
internal static class Operators
{
    public static readonly IReadOnlyList<MethodInfo> All = new[] { typeof(Tensor), typeof(torch), typeof(linalg), typeof(nn.functional) }
        .SelectMany(home => home.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(method => IsOperator(method) && !method.ContainsGenericParameters)
        .ToList();

    /// <summary>As api.txt would say it, for messages and the list of exceptions.</summary>
    public static string Describe(MethodBase method) =>
        $"{Home(method)}{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => $"{Type(parameter.ParameterType)} {parameter.Name}"))})";

    public static string Home(MethodBase method) => method.DeclaringType!.Name switch
    {
        "Tensor" => "",
        "functional" => "F.",
        var name => name + ".",
    };

    /// <summary>
    /// The operators that a method only spells differently: it calls one or more public ones, and libtorch itself never.
    /// </summary>
    public static IReadOnlyList<MethodBase> Spells(MethodBase method)
    {
        var called = Calls.In(method);
        if (called.Any(one => one.DeclaringType?.FullName == "FaceMix.Torch.Aten" || (one.DeclaringType == typeof(Tensor) && one is { IsPrivate: true } or { IsAssembly: true }))) return [];
        return called.Where(one => All.Contains(one)).ToList();
    }

    private static bool IsOperator(MethodInfo method) =>
        Gives(method.ReturnType) && !(method.IsSpecialName && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name is "op_Implicit" or "op_Explicit"));

    private static bool Gives(Type type) => type == typeof(Tensor) || type == typeof(bool) || type == typeof(Tensor[]) || type == typeof(IList<Tensor>)
        || (type.IsGenericType && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) && type.GetGenericArguments().All(part => part == typeof(Tensor)));

    private static string Type(Type type) => Nullable.GetUnderlyingType(type) is { } underlying ? Type(underlying) + "?"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Type))}>"
        : type.Name;
}
