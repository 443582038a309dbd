namespace Appliance.Proxy;

/// <summary>What has become of <see cref="ProxyServer.SetServerDrain"/>.</summary>
public enum ServerDrainResult
{
    /// <summary>Done, or so already.</summary>
    Done,

    /// <summary>No upstream has the name.</summary>
    UnknownUpstream,

    /// <summary>The upstream has no such server.</summary>
    UnknownServer,
}
