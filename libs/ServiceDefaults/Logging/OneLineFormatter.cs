using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// "2026-11-20T21:05:00.123Z INF decoder Batching.BatchWorker Message text | System.FormatException: …": an exception
/// is on the same line, so that a search for the message finds it too.
/// </summary>
internal sealed class OneLineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(Short(logEvent.Level));
        output.Write(' ');
        if (Text(logEvent, "Service") is { } service)
        {
            output.Write(service);
            output.Write(' ');
        }
        if (Text(logEvent, "SourceContext") is { } source)
        {
            output.Write(source);
            output.Write(' ');
        }
        output.Write(OneLine(logEvent.RenderMessage(CultureInfo.InvariantCulture)));
        if (logEvent.Exception is { } exception)
        {
            output.Write(" | ");
            output.Write(OneLine(exception.ToString()));
        }
        output.WriteLine();
    }

    private static string? Text(LogEvent logEvent, string property) =>
        logEvent.Properties.TryGetValue(property, out var value) && value is ScalarValue { Value: string text } ? text : null;

    private static string OneLine(string text) => text.ReplaceLineEndings(" | ");

    private static string Short(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };
}
