using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Appliance.Configuration;
using Appliance.Hosting;
using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>
/// Flaps in a file of the state directory, so that a crash or a restart does not forget them, and the mark of an active node, so that a
/// crash counts as one. Times are the machine's own, never the wall clock's. What an earlier boot wrote is taken for as young as it can
/// be: nobody knows how long the machine was off. Thread-safe.
/// </summary>
/// <remarks>
/// The file has lines: `flaps 1`, then BOOT-ID and the uptime in milliseconds when it was written, then one uptime in milliseconds
/// for each flap; a flap of an earlier boot has a negative one. The mark has the boot id as its content.
/// </remarks>
internal sealed class FlapRecord
{
    private const int MaximumFlaps = 101;
    private const int MaximumBytes = 8 * 1024;
    private const long MaximumMs = 1L << 48;
    private const string Header = "flaps 1";
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    /// <summary>So that after a power cut the time since the last flap is known to a minute.</summary>
    private static readonly TimeSpan RenewInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly string _mark;
    private readonly TimeSpan _window;
    private readonly Func<MonotonicBoot> _clock;
    private readonly ILogger _log;
    private readonly List<TimeSpan> _flaps = [];
    private TimeSpan _savedAt;
    private bool _marked;
    private int _seen;

    /// <param name="directory">The state directory.</param>
    /// <param name="window">How long a flap counts.</param>
    /// <param name="clock">Now; <see cref="MonotonicBoot.Read"/> in the daemon.</param>
    /// <param name="log">Gets what could not be read or kept.</param>
    public FlapRecord(string directory, TimeSpan window, Func<MonotonicBoot> clock, ILogger log)
    {
        _file = Path.Combine(directory, "flaps");
        _mark = Path.Combine(directory, "active");
        _window = window;
        _clock = clock;
        _log = log;
    }

    /// <summary>Reads what earlier runs left; once, at start.</summary>
    /// <returns>How long ago each flap was, a crash while active among them.</returns>
    public ImmutableArray<TimeSpan> Load()
    {
        lock (_gate)
        {
            MonotonicBoot now = _clock();
            ReadFlaps(now);
            (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(_mark, MaximumBytes);
            if (outcome == BoundedFile.Outcome.Read)
            {
                // A crash in this boot was a moment ago; one that took the machine down was before it started.
                bool thisBoot = Encoding.ASCII.GetString(content) == now.BootId;
                _flaps.Add(thisBoot ? now.Uptime : TimeSpan.Zero);
                ApplianceLog.DiedActive(_log);
                Save(now);
                Unmark();
            }
            else if (outcome != BoundedFile.Outcome.NotFound)
            {
                ApplianceLog.FlapsNotKept(_log, _mark, problem);
            }

            _flaps.RemoveAll(at => now.Uptime - at >= _window);
            _seen = _flaps.Count;
            return [.. _flaps.Select(at => now.Uptime - at)];
        }
    }

    /// <summary>Follows the election; called often.</summary>
    public void Update(HaReport report)
    {
        lock (_gate)
        {
            if (report.IsActive != _marked) Mark(report.IsActive);
            if (report.Flaps is not { Count: var flaps }) return; // the election has not begun
            bool more = flaps > _seen;
            _seen = flaps;
            if (!more && _flaps.Count == 0) return;
            MonotonicBoot now = _clock();
            if (more) _flaps.Add(now.Uptime);
            int old = _flaps.RemoveAll(at => now.Uptime - at >= _window);
            if (more || old > 0 || now.Uptime - _savedAt >= RenewInterval) Save(now);
        }
    }

    /// <summary>Reset by the operator, or bypass is over: nothing counts any more.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _flaps.Clear();
            _seen = 0;
            Save(_clock());
        }
    }

    /// <summary>An orderly stop: whatever becomes of the role now was ordered.</summary>
    public void Leave()
    {
        lock (_gate) Unmark();
    }

    private void ReadFlaps(MonotonicBoot now)
    {
        (BoundedFile.Outcome outcome, byte[] content, string problem) = BoundedFile.Read(_file, MaximumBytes);
        if (outcome == BoundedFile.Outcome.NotFound) return;
        string[] lines = Encoding.ASCII.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (outcome != BoundedFile.Outcome.Read || !Parse(lines, now)) ApplianceLog.FlapsNotRead(_log, _file, problem.Length > 0 ? problem : "not a record of flaps");
    }

    private bool Parse(string[] lines, MonotonicBoot now)
    {
        if (lines.Length is < 2 or > MaximumFlaps + 2 || lines[0] != Header || lines[1].Split(' ') is not [var boot, var written]) return false;
        if (!TryMs(written, out TimeSpan savedAt)) return false;
        // In another boot only what has passed since it is certain.
        TimeSpan shift = boot == now.BootId ? TimeSpan.Zero : -savedAt;
        List<TimeSpan> flaps = [];
        foreach (string line in lines.AsSpan(2))
        {
            if (!TryMs(line, out TimeSpan at) || at > savedAt) return false;
            flaps.Add(at + shift);
        }

        if (boot == now.BootId && savedAt > now.Uptime) return false;
        _flaps.AddRange(flaps);
        return true;
    }

    private static bool TryMs(string text, out TimeSpan value)
    {
        bool read = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ms) && ms is > -MaximumMs and < MaximumMs;
        value = read ? TimeSpan.FromMilliseconds(ms) : default;
        return read;
    }

    private void Save(MonotonicBoot now)
    {
        _savedAt = now.Uptime;
        while (_flaps.Count > MaximumFlaps) _flaps.RemoveAt(0);
        IEnumerable<string> lines = [Header, $"{now.BootId} {Ms(now.Uptime)}", .. _flaps.Select(Ms)];
        Try(_file, () =>
        {
            if (_flaps.Count == 0) File.Delete(_file);
            else AtomicFile.Write(_file, Encoding.ASCII.GetBytes(string.Join('\n', lines)), Mode);
        });
    }

    private static string Ms(TimeSpan at) => ((long)at.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private void Mark(bool active)
    {
        if (!active)
        {
            Unmark();
            return;
        }

        _marked = true;
        Try(_mark, () => AtomicFile.Write(_mark, Encoding.ASCII.GetBytes(_clock().BootId), Mode));
    }

    private void Unmark()
    {
        _marked = false;
        Try(_mark, () => File.Delete(_mark));
    }

    private void Try(string file, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ApplianceLog.FlapsNotKept(_log, file, error.Message);
        }
    }
}
