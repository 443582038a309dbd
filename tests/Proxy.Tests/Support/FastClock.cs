namespace Proxy.Tests.Support;

/// <summary>The system's monotonic clock, so many times as fast: limits of seconds pass in fractions of one.</summary>
internal sealed class FastClock(int factor) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override long GetTimestamp() => _start + (System.GetTimestamp() - _start) * factor;
}
