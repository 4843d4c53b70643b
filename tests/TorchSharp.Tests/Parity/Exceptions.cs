using System.Reflection;

namespace FaceMix.Tests.TorchSharpRoom.Parity;

/// <summary>Operators that are not compared with Python, and why.</summary>
internal static class Exceptions
{
    private const string Ownership = "who disposes a tensor: DisposeScopeTests";
    private const string Question = "a question about a type or a mode, not an operator";
    private const string Device = "needs another device, or is Python's own to";
    private const string Nothing = "its numbers are what the memory held: FactoryTests compares the shape";
    private const string Factory = "FactoryTests compares every overload with the others";

    private static readonly Dictionary<string, string> ByName = new()
    {
        ["MoveToOuterDisposeScope"] = Ownership,
        ["DetachFromDisposeScope"] = Ownership,
        ["MoveToOtherDisposeScope"] = Ownership,
        ["alias"] = Ownership,
        ["torch.WrappedTensorDisposeScope"] = Ownership,
        ["Equals"] = "whether two references are one",
        ["with_requires_grad"] = "is requires_grad_",
        ["is_cpu"] = Question,
        ["is_integral"] = Question,
        ["torch.is_integral"] = Question,
        ["torch.is_floating_point"] = Question,
        ["torch.is_complex"] = Question,
        ["torch.is_tensor"] = Question,
        ["torch.cuda_is_available"] = Question,
        ["torch.is_grad_enabled"] = Question,
        ["torch.is_inference_mode_enabled"] = Question,
        ["torch.TryInitializeDeviceType"] = Question,
        ["cuda"] = Device,
        ["pin_memory"] = Device,
        ["to(ScalarType type, Device device, Boolean copy, Boolean disposeAfter, Boolean non_blocking)"] = Device,
        ["to(Device device, Boolean copy, Boolean disposeAfter, Boolean non_blocking)"] = Device,
        ["to(String device, Boolean copy, Boolean disposeAfter, Boolean non_blocking)"] = Device,
        ["to(DeviceType deviceType, Int32 deviceIndex, Boolean copy, Boolean disposeAfter, Boolean non_blocking)"] = Device,
        ["empty_like"] = Nothing,
        ["torch.empty_like"] = Nothing,
        ["new_empty"] = Nothing,
        ["new_zeros"] = Factory,
        ["new_ones"] = Factory,
        ["new_full"] = Factory,
        ["torch.zeros"] = Factory,
        ["torch.ones"] = Factory,
        ["torch.empty"] = Factory,
        ["torch.full"] = Factory,
        ["torch.rand"] = Factory,
        ["torch.randn"] = Factory,
        ["torch.tensor"] = Factory,
        ["torch.as_tensor"] = Factory,
        ["torch.from_array"] = Factory,
    };

    public static bool Has(MethodBase method) => ByName.ContainsKey(Operators.Home(method) + method.Name) || ByName.ContainsKey(Operators.Describe(method));
}
