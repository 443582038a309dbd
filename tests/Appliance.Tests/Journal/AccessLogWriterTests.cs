using System.Collections.Concurrent;
using System.Text;
using Appliance.Journal;

namespace Appliance.Tests.Journal;

public sealed class AccessLogWriterTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _lines = new();

    [Theory]
    [InlineData(false, "{\"a\":1}\n{\"b\":2}\n")]
    [InlineData(true, "<6>{\"a\":1}\n<6>{\"b\":2}\n")]
    public void LinesArriveInOrderAndForTheJournalWithTheirPriority(bool forJournal, string expected)
    {
        using MemoryStream output = new();
        using (new AccessLogWriter(Read, output, forJournal)) _lines.Enqueue("{\"a\":1}\n{\"b\":2}\n");

        Assert.Equal(expected, Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void LinesAreWrittenWithoutAnEnd()
    {
        using BlockingOutput output = new(opened: true);
        using AccessLogWriter writer = new(Read, output, forJournal: false);
        for (int i = 0; i < 3; i++)
        {
            _lines.Enqueue($"{i}\n");
            Assert.True(output.Written.WaitOne(Limit));
        }

        Assert.Equal(0, writer.Dropped);
    }

    [Fact]
    public void SlowOutputStopsTheTakingSoThatTheBuffersBoundTheMemory()
    {
        using BlockingOutput output = new(opened: false);
        AccessLogWriter writer = new(Read, output, forJournal: false);
        _lines.Enqueue("a\n");
        Assert.True(output.Entered.WaitOne(Limit));
        _lines.Enqueue("b\n");

        Assert.Single(_lines); // nothing takes it while the output is blocked
        output.Open();
        writer.Dispose();
        Assert.Empty(_lines);
    }

    [Fact]
    public void LinesThatAClosedOutputRefusesAreCounted()
    {
        AccessLogWriter writer = new(Read, new ClosedOutput(), forJournal: true);
        _lines.Enqueue("a\nb\n");
        _lines.Enqueue("c\n");
        writer.Dispose();

        Assert.Equal(3, writer.Dropped);
    }

    private int Read(Span<byte> into) => _lines.TryDequeue(out string? line) ? Encoding.UTF8.GetBytes(line, into) : 0;

    private sealed class BlockingOutput(bool opened) : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new(opened);

        public AutoResetEvent Entered { get; } = new(false);

        public AutoResetEvent Written { get; } = new(false);

        public void Open() => _open.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Entered.Set();
            Assert.True(_open.Wait(Limit));
            Written.Set();
        }

        protected override void Dispose(bool disposing)
        {
            _open.Dispose();
            Entered.Dispose();
            Written.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class ClosedOutput : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
