using Appliance.Journal;
using Serilog.Events;
using Serilog.Parsing;

namespace Appliance.Tests.Journal;

public sealed class LineFormatterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(LogEventLevel.Debug, "<7>")]
    [InlineData(LogEventLevel.Information, "<6>")]
    [InlineData(LogEventLevel.Warning, "<4>")]
    [InlineData(LogEventLevel.Error, "<3>")]
    [InlineData(LogEventLevel.Fatal, "<2>")]
    public void JournalLinesBeginWithThePriorityAndHoldNoTime(LogEventLevel level, string prefix) =>
        Assert.Equal($"{prefix}hello\n", Format(forJournal: true, level, "hello"));

    [Fact]
    public void ConsoleLinesBeginWithTheTime() =>
        Assert.Equal("12:00:00.005 warning hello\n", Format(forJournal: false, LogEventLevel.Warning, "hello"));

    [Fact]
    public void TextValuesAreWrittenWithoutQuotes() =>
        Assert.Equal("<6>listener web on 3\n", Format(true, LogEventLevel.Information, "listener {Name} on {Loop}", ("Name", "web"), ("Loop", 3)));

    [Fact]
    public void AnEventIsOneLineWhateverItsValuesHold()
    {
        string line = Format(true, LogEventLevel.Information, "host {Host}", ("Host", "a\n<0>panic\r\u001b[2J"));
        Assert.Equal("<6>host a | <0>panic\\x1b[2J\n", line);
    }

    [Fact]
    public void AnExceptionStaysOnTheLine()
    {
        string line = Format(true, LogEventLevel.Error, "failed", new InvalidOperationException("two\nlines"));
        Assert.StartsWith("<3>failed: System.InvalidOperationException: two | lines", line, StringComparison.Ordinal);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
    }

    private static string Format(bool forJournal, LogEventLevel level, string template, params (string Name, object Value)[] values) =>
        Format(forJournal, level, template, null, values);

    private static string Format(
        bool forJournal, LogEventLevel level, string template, Exception? exception, params (string Name, object Value)[] values)
    {
        var properties = values.Select(value => new LogEventProperty(value.Name, new ScalarValue(value.Value)));
        var logEvent = new LogEvent(Noon, level, exception, new MessageTemplateParser().Parse(template), properties);
        var output = new StringWriter();
        new LineFormatter(forJournal).Format(logEvent, output);
        return output.ToString();
    }
}
