using System.Diagnostics;

namespace Probe;

/// <summary>Monotonic milliseconds since the run began.</summary>
internal sealed class ProbeClock
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public double NowMs => Stopwatch.GetElapsedTime(_start).TotalMilliseconds;
}
