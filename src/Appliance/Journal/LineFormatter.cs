using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace Appliance.Journal;

/// <summary>
/// One line per event. For the journal: `&lt;PRIORITY&gt;message`, since journald keeps the time itself; for people: time, level, message.
/// Texts from outside are part of messages, so every control character is written as \xNN: an event can neither fake a second one nor
/// move the reader's terminal.
/// </summary>
internal sealed class LineFormatter(bool forJournal) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var line = new StringBuilder(160);
        Render(logEvent, line);
        if (logEvent.Exception is { } exception) line.Append(": ").Append(exception);
        if (forJournal)
        {
            output.Write('<');
            output.Write((char)('0' + PriorityOf(logEvent.Level)));
            output.Write('>');
        }
        else
        {
            output.Write(logEvent.Timestamp.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
            output.Write(WordOf(logEvent.Level));
            output.Write(' ');
        }

        WriteEscaped(line, output);
        output.Write('\n');
    }

    /// <summary>syslog(3) priorities.</summary>
    internal static int PriorityOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => 2,
        LogEventLevel.Error => 3,
        LogEventLevel.Warning => 4,
        LogEventLevel.Information => 6,
        _ => 7,
    };

    private static string WordOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "fatal  ",
        LogEventLevel.Error => "error  ",
        LogEventLevel.Warning => "warning",
        LogEventLevel.Information => "info   ",
        _ => "debug  ",
    };

    /// <summary>Serilog's own rendering puts strings in quotes; a sentence reads better without.</summary>
    private static void Render(LogEvent logEvent, StringBuilder line)
    {
        using var writer = new StringWriter(line, CultureInfo.InvariantCulture);
        foreach (MessageTemplateToken token in logEvent.MessageTemplate.Tokens)
        {
            if (token is PropertyToken property
                && logEvent.Properties.TryGetValue(property.PropertyName, out LogEventPropertyValue? value)
                && value is ScalarValue { Value: string text })
            {
                writer.Write(text);
            }
            else
            {
                token.Render(logEvent.Properties, writer, CultureInfo.InvariantCulture);
            }
        }
    }

    private static void WriteEscaped(StringBuilder line, TextWriter output)
    {
        foreach (ReadOnlyMemory<char> chunk in line.GetChunks())
        {
            foreach (char letter in chunk.Span)
            {
                if (letter == '\n') output.Write(" | ");
                else if (letter == '\r') continue;
                else if (char.IsControl(letter)) output.Write($"\\x{(int)letter:x2}");
                else output.Write(letter);
            }
        }
    }
}
