using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace FaceMix.ServiceDefaults;

/// <summary>One value of the configuration on its way into a property.</summary>
internal static class OptionValue
{
    /// <summary>Leaves the default where nothing is given.</summary>
    /// <exception cref="StartException">It has the wrong type or is not allowed.</exception>
    public static void Set(object options, PropertyInfo property, IConfigurationSection given)
    {
        if (given.Value is { } text)
            property.SetValue(options, Parse(property, given, text));
        else if (property.PropertyType.IsArray && given.Get(property.PropertyType) is { } list)
            property.SetValue(options, list);
        var value = property.GetValue(options);
        if (!IsAllowed(property, value))
            throw Refused(property, given, given.Value ?? $"{value}");
    }

    private static object Parse(PropertyInfo property, IConfigurationSection given, string text)
    {
        try
        {
            if (property.PropertyType.IsArray || given.Get(property.PropertyType) is not { } value)
                throw Refused(property, given, text);
            return value;
        }
        catch (InvalidOperationException)
        {
            throw Refused(property, given, text);
        }
    }

    private static bool IsAllowed(PropertyInfo property, object? value) =>
        property.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(value)) && value switch
        {
            Enum => Enum.IsDefined(value.GetType(), value),
            Uri uri => uri is { IsAbsoluteUri: true, Scheme: "http" or "https" },
            _ => true,
        };

    private static StartException Refused(PropertyInfo property, IConfigurationSection given, string text) =>
        new($"{given.Path} is '{text}', but it must be {Allowed(property, given.Path)}.");

    private static string Allowed(PropertyInfo property, string key)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            return string.Create(CultureInfo.InvariantCulture, $"{(type == typeof(int) ? "a whole number from " : "")}{range.Minimum} to {range.Maximum}");
        if (type.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(type).Select(name => name.ToLowerInvariant()))}";
        return type switch
        {
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(Uri) => "an address such as http://127.0.0.1:5111",
            _ when type == typeof(TimeSpan) => "a time such as 00:00:05",
            _ when type.IsArray => $"a list: {key}:0, {key}:1 and so on",
            _ when type == typeof(string) => "a text that is not empty",
            _ => $"of type {type.Name}",
        };
    }
}
