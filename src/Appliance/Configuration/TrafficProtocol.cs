namespace Appliance.Configuration;

/// <summary>The `protocol` of a listener.</summary>
internal enum TrafficProtocol
{
    /// <summary>HTTP/1.1 with routes.</summary>
    Http,

    /// <summary>A relay of bytes to one upstream, or to several by the TLS server name.</summary>
    Tcp,

    /// <summary>Datagram sessions to one upstream.</summary>
    Udp,

    /// <summary>The decision API for gateways that ask before they forward.</summary>
    Decision,
}
