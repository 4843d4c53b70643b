using System.Reflection;
using System.Reflection.Emit;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

/// <summary>Which methods a method calls, read from its code.</summary>
internal static class Calls
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IReadOnlyCollection<MethodBase> In(MethodBase method)
    {
        var found = new HashSet<MethodBase>();
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var first = code[at++];
            var op = Codes[first == 0xFE ? (short)(0xFE00 | code[at++]) : first];
            if (op.OperandType == OperandType.InlineMethod) Add(found, method, BitConverter.ToInt32(code, at));
            at += op.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
        return found;
    }

    private static void Add(HashSet<MethodBase> found, MethodBase from, int token)
    {
        var arguments = from.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var called = from.Module.ResolveMethod(token, arguments, from.IsGenericMethod ? from.GetGenericArguments() : null)!;
        found.Add(called is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : called);
    }
}
