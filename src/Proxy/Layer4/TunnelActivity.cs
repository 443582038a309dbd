using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer4;

/// <summary>When a tunnel last moved a byte, in either direction.</summary>
internal sealed class TunnelActivity(EventLoop loop, long idleNs)
{
    private long _lastNs = loop.NowNs;

    /// <summary>The time limit.</summary>
    internal long IdleNs => idleNs;

    /// <summary>When the tunnel is given up unless something moves.</summary>
    internal long DeadlineNs => _lastNs + idleNs;

    /// <summary>True when the limit has passed.</summary>
    internal bool IsIdle => loop.NowNs >= DeadlineNs;

    /// <summary>Bytes have moved.</summary>
    internal void Touch() => _lastNs = loop.NowNs;
}
