using System.Globalization;
using System.Reflection;
using System.Text;

namespace FaceMix.ApiList;

/// <summary>
/// The public and protected members of an assembly as text: one line each, in an order that depends on nothing but the
/// members. Overrides are left out, as a caller cannot tell where a virtual member is overridden, and so are types in
/// FaceMix's own namespaces.
/// </summary>
public static class ApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Each type on a line, its members indented below it.</summary>
    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in Types(assembly))
        {
            text.Append(Header(type)).Append('\n');
            foreach (var line in Lines(type, inherited: false)) text.Append("    ").Append(line).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>What <paramref name="assembly"/> has and <paramref name="real"/> lacks or has differently.</summary>
    /// <remarks>A member may be inherited there and declared here, because a caller writes the same for either.</remarks>
    public static IReadOnlyList<string> Differences(Assembly assembly, Assembly real)
    {
        var differences = new List<string>();
        foreach (var type in Types(assembly))
        {
            if (real.GetType(type.FullName!) is not { IsVisible: true } counterpart)
            {
                differences.Add($"{Name(type)}: there is no such type");
                continue;
            }
            if (Header(type) != Header(counterpart)) differences.Add($"{Header(type)}: really {Header(counterpart)}");
            var known = Lines(counterpart, inherited: true).ToHashSet();
            foreach (var line in Lines(type, inherited: false))
            {
                if (known.Contains(line)) continue;
                var words = line.Split(' ');
                var alike = known.Where(other => CalledIn(other) == CalledIn(line)).OrderByDescending(other => other.Split(' ').Intersect(words).Count()).Take(3);
                differences.Add(string.Join("\n        really ", alike.Prepend($"{Name(type)}: {line}")));
            }
        }
        return differences;
    }

    private static IEnumerable<Type> Types(Assembly assembly) => assembly.GetExportedTypes()
        .Where(type => type.Namespace?.StartsWith("FaceMix", StringComparison.Ordinal) != true)
        .OrderBy(type => type.FullName, StringComparer.Ordinal);

    private static string Header(Type type)
    {
        var kind = type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : type.IsInterface ? "interface"
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class" : "class";
        var over = type.IsEnum ? $" : {Name(type.GetEnumUnderlyingType())}"
            : type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? $" : {Name(parent)}" : "";
        return $"{kind} {type.Namespace}.{Name(type)}{over}{Constraints(type.GetGenericArguments())}";
    }

    private static IEnumerable<string> Lines(Type type, bool inherited)
    {
        var lines = Interfaces(type);
        for (var level = type; level is not null && level != typeof(object); level = inherited ? level.BaseType : null)
            lines = lines.Concat(level.GetMembers(Declared).Where(member => level == type || member is not ConstructorInfo).SelectMany(member => Describe(member, inherited)));
        if (inherited && type.IsInterface) lines = lines.Concat(type.GetInterfaces().SelectMany(parent => parent.GetMembers(Declared)).SelectMany(member => Describe(member, inherited)));
        return lines.Distinct().Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Interfaces(Type type) => type.GetInterfaces()
        .Where(implemented => implemented.IsVisible && !type.IsEnum)
        .Select(implemented => $": {Name(implemented)}");

    private static IEnumerable<string> Describe(MemberInfo member, bool overrides) => member switch
    {
        ConstructorInfo made when IsSeen(made) && !made.IsStatic => [$"{Access(made)}new({Parameters(made)})"],
        PropertyInfo property => property.GetAccessors(nonPublic: true)
            .Where(accessor => IsSeen(accessor) && (overrides || IsNew(accessor)))
            .Select(accessor => $"{Modifiers(accessor)}{Name(property.PropertyType)} {Indexer(property)} {{ {(accessor == property.GetMethod ? "get" : "set")}; }}"),
        MethodInfo method when IsSeen(method) && !IsAccessor(method) && (overrides || IsNew(method)) =>
            [$"{Modifiers(method)}{Name(method.ReturnType)} {method.Name}{Arguments(method.IsGenericMethod ? method.GetGenericArguments() : [])}({Parameters(method)}){Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])}"],
        FieldInfo field when (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsSpecialName =>
            [$"{(field.IsPublic ? "" : "protected ")}{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? " = " + Constant(field.GetRawConstantValue()) : "")}"],
        _ => [],
    };

    private static bool IsSeen(MethodBase method) => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.Name.Contains('<', StringComparison.Ordinal);

    private static bool IsNew(MethodInfo method) => method.GetBaseDefinition() == method;

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal));

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    // A method that only implements an interface is virtual to the runtime and not to a C# caller.
    private static string Modifiers(MethodInfo method) => Access(method) +
        (method.IsStatic ? "static " : method.DeclaringType!.IsInterface || !method.IsVirtual || method.IsFinal ? "" : method.IsAbstract ? "abstract " : "virtual ");

    private static string Indexer(PropertyInfo property) => property.GetIndexParameters() is { Length: > 0 } indices
        ? $"this[{string.Join(", ", indices.Select(Parameter))}]"
        : property.Name;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : "";
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        return $"{prefix}{Name(type)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue) : "")}";
    }

    private static string Constant(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        char letter => $"'{letter}'",
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Arguments(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Name))}>";

    private static string Constraints(Type[] arguments) => string.Concat(arguments.Where(argument => argument.IsGenericParameter).Select(Constraint));

    private static string Constraint(Type argument)
    {
        var flags = argument.GenericParameterAttributes;
        List<string> wanted = [];
        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) wanted.Add("class");
        if (flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)) wanted.Add("struct");
        wanted.AddRange(argument.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(Name));
        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)) wanted.Add("new()");
        return wanted.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", wanted)}";
    }

    // As C# writes it, without namespaces, which would make the lines unreadable.
    private static string Name(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsByRef) return "ref " + Name(type.GetElementType()!);
        if (type.IsPointer) return Name(type.GetElementType()!) + "*";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying) + "?";
        var arguments = type.GetGenericArguments();
        if (type.IsGenericType && !type.IsGenericTypeDefinition && type.Namespace == "System" && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal))
            return $"({string.Join(", ", arguments.Select(Name))})";
        var outer = type.DeclaringType is { } declaring ? Named(declaring) + "." : "";
        return outer + Simple(type) + Arguments(arguments);
    }

    private static string Named(Type type) => (type.DeclaringType is { } declaring ? Named(declaring) + "." : "") + Simple(type);

    private static string Simple(Type type) => type.FullName switch
    {
        "System.Void" => "void",
        "System.Boolean" => "bool",
        "System.Byte" => "byte",
        "System.SByte" => "sbyte",
        "System.Int16" => "short",
        "System.Int32" => "int",
        "System.Int64" => "long",
        "System.UInt64" => "ulong",
        "System.Single" => "float",
        "System.Double" => "double",
        "System.String" => "string",
        "System.Object" => "object",
        _ => type.Name.Split('`')[0],
    };

    // The name a member has in its line: the last word before its parameters.
    private static string CalledIn(string line) => line.Split('(', '{', '=', '[')[0].Trim().Split(' ')[^1];
}
