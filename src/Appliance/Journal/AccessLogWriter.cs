using System.Buffers;

namespace Appliance.Journal;

/// <summary>
/// Carries the access log from the data plane's buffers to standard output, on a thread of its own. A slow reader of that output blocks this
/// thread alone: the buffers run full meanwhile, and what no longer fits is dropped and counted there. Disposing writes what is left.
/// </summary>
internal sealed class AccessLogWriter : IDisposable
{
    /// <summary>Shorter than the tenth of a second in which an operator who follows the log sees a line.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);

    private const int BufferBytes = 256 * 1024;

    private readonly AccessLogReader _read;
    private readonly Stream _output;
    private readonly bool _forJournal;
    private readonly byte[] _lines = new byte[BufferBytes];
    private readonly ArrayBufferWriter<byte> _prefixed = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _dropped;

    /// <param name="read">Called on the writer's thread only.</param>
    /// <param name="output">Flushed after each batch; stays open.</param>
    /// <param name="forJournal">Each line begins with its priority (sd-daemon(3)).</param>
    public AccessLogWriter(AccessLogReader read, Stream output, bool forJournal)
    {
        _read = read;
        _output = output;
        _forJournal = forJournal;
        _thread = new Thread(Run) { IsBackground = true, Name = "access-log" };
        _thread.Start();
    }

    /// <summary>Lines that were taken but could not be written: the output is closed.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Writes what is left, for two seconds at most.</summary>
    public void Dispose()
    {
        _stop.Set();
        if (_thread.Join(FlushLimit)) _stop.Dispose();
    }

    private void Run()
    {
        bool last;
        do
        {
            last = _stop.Wait(Interval);
            for (int length = _read(_lines); length > 0; length = _read(_lines)) Write(_lines.AsSpan(0, length));
        }
        while (!last);
    }

    private void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            _output.Write(_forJournal ? Prefixed(lines) : lines);
            _output.Flush();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Interlocked.Add(ref _dropped, lines.Count((byte)'\n'));
        }
    }

    /// <summary>Priority 6, informational, before each line.</summary>
    private ReadOnlySpan<byte> Prefixed(ReadOnlySpan<byte> lines)
    {
        _prefixed.ResetWrittenCount();
        while (!lines.IsEmpty)
        {
            int end = lines.IndexOf((byte)'\n') + 1;
            if (end == 0) end = lines.Length;
            _prefixed.Write("<6>"u8);
            _prefixed.Write(lines[..end]);
            lines = lines[end..];
        }

        return _prefixed.WrittenSpan;
    }
}
