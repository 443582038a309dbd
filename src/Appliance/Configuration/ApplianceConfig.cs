using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>The whole configuration file as the operator wrote it, defaults filled in, every reference resolved. Immutable.</summary>
internal sealed record ApplianceConfig
{
    /// <summary>Name of this node; the host name unless the file says otherwise. 1..63 characters of a-z, A-Z, 0-9, '-', '.', '_'.</summary>
    public required string Node { get; init; }

    /// <summary>The pair; null on a single node.</summary>
    public required HaConfig? Ha { get; init; }

    /// <summary>Where traffic is accepted; names are unique, two never share an address.</summary>
    public required ImmutableArray<ListenerConfig> Listeners { get; init; }

    /// <summary>Where traffic goes; names are unique.</summary>
    public required ImmutableArray<UpstreamConfig> Upstreams { get; init; }

    /// <summary>The policy bundle; null: no policies.</summary>
    public required PoliciesConfig? Policies { get; init; }

    /// <summary>Health, metrics, decision API.</summary>
    public required AdminConfig Admin { get; init; }

    /// <summary>What the journal gets.</summary>
    public required LogConfig Log { get; init; }

    /// <summary>How long bodies may go on after SIGTERM or the removal of a listener; connections are cut after it.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    /// <summary>Bytes for the buffers of all connections; null: as the machine allows.</summary>
    public required long? MemoryLimit { get; init; }

    /// <summary>Where each value stands in the file, for errors found after loading.</summary>
    public required ConfigSource Source { get; init; }
}
