using System.Globalization;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>The value of Date (RFC 9110 section 6.6.1), formatted once a second. One per loop.</summary>
internal sealed class DateLine
{
    private const int Length = 29;

    private readonly byte[] _text = new byte[Length];
    private long _validUntilNs = long.MinValue;

    /// <summary>The value now.</summary>
    internal ReadOnlySpan<byte> Value(EventLoop loop)
    {
        if (loop.NowNs >= _validUntilNs)
        {
            DateTimeOffset now = loop.UtcNow;
            now.TryFormat(_text, out _, "r", CultureInfo.InvariantCulture);
            _validUntilNs = loop.NowNs + (TimeSpan.TicksPerSecond - now.Ticks % TimeSpan.TicksPerSecond) * TimeSpan.NanosecondsPerTick;
        }

        return _text;
    }
}
