using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// "2026-11-20T21:05:00.123Z INF decoder Batching.BatchWorker Message text trace 4bf9… | System.FormatException: …". One line an event, whatever is
/// in it: a search for the message finds the exception too, and no caller's text can pass for a line of ours.
/// </summary>
internal sealed class OneLineFormatter : ITextFormatter
{
    private readonly MessageTemplateTextFormatter text = new(
        "{UtcTimestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level:u3} {Service} {SourceContext} {Message:l}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        text.Format(logEvent, line);
        if (logEvent.TraceId is { } trace)
            line.Write($" trace {trace}");
        if (logEvent.Exception is { } exception)
            line.Write($" | {exception}");
        output.WriteLine(line.ToString().ReplaceLineEndings(" | "));
    }
}
