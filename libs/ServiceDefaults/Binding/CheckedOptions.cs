using Microsoft.Extensions.Configuration;

namespace FaceMix.ServiceDefaults;

/// <summary>Options that are needed before there is a host to validate them.</summary>
internal interface ICheckedOptions
{
    /// <summary>What is wrong, as a sentence; null when nothing is.</summary>
    string? Problem();
}

internal static class CheckedOptions
{
    /// <summary>Lays a section of the configuration over <paramref name="defaults"/>.</summary>
    /// <exception cref="StartException">A value is of the wrong kind or out of range.</exception>
    public static T Read<T>(this IConfiguration configuration, string section, T defaults)
        where T : ICheckedOptions
    {
        try
        {
            configuration.GetSection(section).Bind(defaults);
        }
        catch (InvalidOperationException error)
        {
            throw new StartException($"The configuration of {section} cannot be read: {error.InnerException?.Message ?? error.Message}", error);
        }
        return defaults.Problem() is { } problem ? throw new StartException(problem) : defaults;
    }
}
