namespace Appliance.Proxy.Configuration;

/// <summary>What a listener does with the bytes that arrive.</summary>
public enum ListenerProtocol
{
    /// <summary>HTTP/1.1 reverse proxy with routes.</summary>
    Http,

    /// <summary>Relay of bytes to one upstream.</summary>
    Tcp,

    /// <summary>Datagram sessions to one upstream.</summary>
    Udp,

    /// <summary>HTTP/1.1 answered here by a handler: admin address, control socket, decision API.</summary>
    Local,
}
