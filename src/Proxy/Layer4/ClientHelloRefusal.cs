namespace Appliance.Proxy.Layer4;

/// <summary>Why the first bytes of a connection do not lead to a server name. Counted per reason.</summary>
internal enum ClientHelloRefusal
{
    /// <summary>They do, or they say that there is none.</summary>
    None,

    /// <summary>Not the beginning of a TLS handshake record: another protocol.</summary>
    NotTls,

    /// <summary>A record or message with an impossible length or type.</summary>
    Malformed,

    /// <summary>Not complete within 16 KiB.</summary>
    TooLong,

    /// <summary>More than one name, or one with bytes that no host name has.</summary>
    BadName,

    /// <summary>No route for the name, and no upstream for the rest.</summary>
    NoRoute,

    /// <summary>The connection ended before the message was complete.</summary>
    Ended,

    /// <summary>The message was not complete in time.</summary>
    TimedOut,
}
