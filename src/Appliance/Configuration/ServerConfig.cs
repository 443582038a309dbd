using System.Net;

namespace Appliance.Configuration;

/// <summary>One server of an upstream. Immutable.</summary>
internal sealed record ServerConfig
{
    /// <summary>Where it listens: an address, or a name in lower case.</summary>
    public required EndPoint Address { get; init; }

    /// <summary>1..256; its share among the servers of its kind.</summary>
    public required int Weight { get; init; }

    /// <summary>Used only when no other server can be reached.</summary>
    public required bool Backup { get; init; }

    /// <summary>0: no limit.</summary>
    public required int MaximumConnections { get; init; }
}
