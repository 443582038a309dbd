using System.Globalization;
using System.Text;

namespace Probe;

/// <summary>
/// Counts answers and failures and keeps the longest time that passed without an answer. Times are milliseconds since the
/// start of the run. Safe to call from any thread.
/// </summary>
internal sealed class Tally(double warmupMs)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _errors = [];
    private readonly SortedDictionary<string, int> _servedBy = [];
    private readonly SortedDictionary<int, int> _statuses = [];
    private double _lastAnswerMs = -1;
    private double _longestGapMs;
    private double _longestGapStartMs;
    private double _secondGapMs;
    private double _longestAnswerMs;
    private double _probeLateMs;
    private int _attempts;
    private int _answers;
    private int _retried;
    private int _skipped;
    private bool _ready;

    /// <summary>Set once, when an answer came after the warm-up.</summary>
    public event Action? Ready;

    public int Answers
    {
        get
        {
            lock (_gate) return _answers;
        }
    }

    public void Attempt()
    {
        lock (_gate) _attempts++;
    }

    /// <summary>Something answered at <paramref name="nowMs"/> to what was asked at <paramref name="askedMs"/>.</summary>
    public void Answer(double askedMs, double nowMs, int status, string servedBy)
    {
        bool becameReady;
        lock (_gate)
        {
            _answers++;
            if (status > 0) _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
            if (servedBy.Length > 0) _servedBy[servedBy] = _servedBy.GetValueOrDefault(servedBy) + 1;
            if (nowMs > warmupMs) _longestAnswerMs = Math.Max(_longestAnswerMs, nowMs - askedMs);
            Silence(nowMs);
            _lastAnswerMs = Math.Max(_lastAnswerMs, nowMs);
            becameReady = !_ready && nowMs > warmupMs;
            _ready |= becameReady;
        }

        if (becameReady) Ready?.Invoke();
    }

    /// <summary>An attempt that ended without an answer, and why.</summary>
    public void Fail(string reason)
    {
        lock (_gate) _errors[reason] = _errors.GetValueOrDefault(reason) + 1;
    }

    /// <summary>A kept connection was closed under a request before a byte of the answer; asked again on a new one.</summary>
    public void Retry()
    {
        lock (_gate) _retried++;
    }

    /// <summary>A tick without an attempt: too many are under way already.</summary>
    public void Skip()
    {
        lock (_gate) _skipped++;
    }

    /// <summary>How late the probe itself was: gaps up to about this length say nothing about the service.</summary>
    public void Late(double ms)
    {
        lock (_gate) _probeLateMs = Math.Max(_probeLateMs, ms);
    }

    /// <summary>The run ended; silence until now counts as well.</summary>
    public string Report(double endMs)
    {
        lock (_gate)
        {
            if (endMs > _lastAnswerMs) Silence(endMs);
            var text = new StringBuilder();
            Add(text, "attempts", _attempts);
            Add(text, "answers", _answers);
            Add(text, "errors", _errors.Values.Sum());
            Add(text, "retried", _retried);
            Add(text, "skipped", _skipped);
            Add(text, "longest_gap_ms", _longestGapMs);
            Add(text, "longest_gap_start_ms", _longestGapStartMs);
            Add(text, "second_gap_ms", _secondGapMs);
            Add(text, "slowest_answer_ms", _longestAnswerMs);
            Add(text, "probe_late_ms", _probeLateMs);
            Add(text, "duration_ms", endMs);
            foreach (var (status, count) in _statuses) Add(text, $"status_{status}", count);
            foreach (var (reason, count) in _errors) Add(text, $"error_{reason}", count);
            foreach (var (name, count) in _servedBy) Add(text, $"served_by_{name}", count);
            return text.ToString();
        }
    }

    private void Silence(double untilMs)
    {
        // Before the first answer there was no service to lose, unless none ever came.
        double fromMs = _lastAnswerMs < 0 && _answers > 0 ? untilMs : Math.Max(_lastAnswerMs, 0);
        double gapMs = untilMs - fromMs;
        if (untilMs <= warmupMs) return;
        // Where one thing happened, the second longest gap is what the machine itself was good for.
        _secondGapMs = Math.Max(_secondGapMs, Math.Min(gapMs, _longestGapMs));
        if (gapMs <= _longestGapMs) return;
        _longestGapMs = gapMs;
        _longestGapStartMs = fromMs;
    }

    private static void Add(StringBuilder text, string key, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{key}={Math.Round(value, 1)}\n");
}
