using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FaceMix.ServiceDefaults;

/// <summary>The one way in which a service reads its configuration.</summary>
public static class OptionsExtensions
{
    /// <summary>
    /// Reads a section of the configuration once, validates it (DataAnnotations, <see cref="IValidatableObject"/>) and registers it as
    /// <see cref="IOptions{TOptions}"/>. Several types may share a section; <see cref="RefuseUnknownKeys"/> knows the keys of all of them.
    /// </summary>
    /// <exception cref="StartException">A value has the wrong type or is not allowed: which key, what was given, what is allowed.</exception>
    public static TOptions AddOptions<TOptions>(this WebApplicationBuilder builder, string section)
        where TOptions : class, new()
    {
        var options = new TOptions();
        var properties = typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).ToList();
        foreach (var property in properties)
            OptionValue.Set(options, property, builder.Configuration.GetSection($"{section}:{property.Name}"));
        var results = (options as IValidatableObject)?.Validate(new ValidationContext(options)) ?? [];
        if (results.FirstOrDefault() is { } result)
            throw new StartException(result.ErrorMessage!);
        builder.Services.AddSingleton(Options.Create(options));
        foreach (var property in properties)
            builder.Services.AddSingleton(new OptionKey(section, property.Name, property.PropertyType.IsArray));
        return options;
    }

    /// <summary>Refuses to start with a key in one of our sections that no options class has: it is misspelt, and its value would be ignored.</summary>
    /// <exception cref="StartException">Names the key and those that there are.</exception>
    internal static void RefuseUnknownKeys(this WebApplication app)
    {
        foreach (var section in app.Services.GetServices<OptionKey>().GroupBy(key => key.Section))
        {
            foreach (var given in app.Configuration.GetSection(section.Key).AsEnumerable().Where(pair => pair.Value is not null && pair.Key != section.Key))
            {
                if (!section.Any(key => key.Is(given.Key)))
                    throw new StartException($"{given.Key} is not a key of this service; {section.Key} has {string.Join(", ", section.Select(key => key.Name).Order(StringComparer.OrdinalIgnoreCase))}.");
            }
        }
    }

    private sealed record OptionKey(string Section, string Name, bool IsList)
    {
        public bool Is(string path)
        {
            var own = $"{Section}:{Name}";
            return path.Equals(own, StringComparison.OrdinalIgnoreCase) || (IsList && path.StartsWith(own + ":", StringComparison.OrdinalIgnoreCase));
        }
    }
}
