namespace Appliance.Proxy.Transport;

/// <summary>Why a connection ended before its time.</summary>
internal enum ConnectionError
{
    /// <summary>It did not: open, or closed in order.</summary>
    None,

    /// <summary>RST, or another fatal socket error.</summary>
    Reset,

    /// <summary>The peer refused to connect.</summary>
    Refused,

    /// <summary>No route, network down, and other failures to connect.</summary>
    Unreachable,

    /// <summary>A time limit of ours passed.</summary>
    TimedOut,

    /// <summary>TLS could not be agreed on, or the peer's certificate was not accepted.</summary>
    TlsFailed,

    /// <summary>We gave it up: shutdown, or the other side of a relay broke.</summary>
    Aborted,
}
