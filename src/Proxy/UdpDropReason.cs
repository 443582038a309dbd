namespace Appliance.Proxy;

/// <summary>Why a udp listener dropped a datagram. The value is the index in <see cref="UdpStatus.Dropped"/>.</summary>
public enum UdpDropReason
{
    /// <summary>A limit of the client or the listener refused its session; counted by rule in <see cref="ListenerStatus.Admission"/> as well.</summary>
    Admission,

    /// <summary>As many sessions as there may be.</summary>
    Sessions,

    /// <summary>Above the client's bytes per second.</summary>
    Rate,

    /// <summary>No server of the upstream could be used, or the session's has said that nobody listens.</summary>
    NoServer,

    /// <summary>Longer than the way to the receiver takes, or cut on its way here.</summary>
    Oversized,

    /// <summary>The kernel had no room for it, or no descriptor for its session.</summary>
    Resources,

    /// <summary>The listener is gone from the configuration and takes no new session.</summary>
    Draining,
}
