namespace Appliance.Configuration;

/// <summary>The `protocol` of a listener.</summary>
internal enum TrafficProtocol
{
    /// <summary>HTTP/1.1 with routes.</summary>
    Http,

    /// <summary>A relay of bytes to one upstream.</summary>
    Tcp,

    /// <summary>The decision API for gateways that ask before they forward.</summary>
    Decision,
}
