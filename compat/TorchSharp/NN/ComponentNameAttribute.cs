namespace TorchSharp.Utils;

/// <summary>The name a field is registered under, where it is not the field's own.</summary>
[AttributeUsage(AttributeTargets.Field, AllowMultiple = false, Inherited = true)]
public class ComponentNameAttribute : Attribute
{
    public string Name { get; set; } = "";
}
