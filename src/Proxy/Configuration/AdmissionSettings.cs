namespace Appliance.Proxy.Configuration;

/// <summary>Limits before a byte is parsed, per client address (IPv6 by prefix) and in all. Null: not limited. Immutable.</summary>
public sealed record AdmissionSettings
{
    /// <summary>New connections per second of one client, above 0.</summary>
    public double? ConnectionsPerSecond { get; init; }

    /// <summary>New connections of one client at once; null: one second's worth, at least 1.</summary>
    public int? ConnectionBurst { get; init; }

    /// <summary>Open connections of one client.</summary>
    public int? ConcurrentConnections { get; init; }

    /// <summary>Bytes per second of one client, both directions and all its connections together; more is delayed, not refused.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Open connections of the listener.</summary>
    public int? MaximumConnections { get; init; }

    /// <summary>IPv6 clients are told apart by this many bits, 32 .. 128.</summary>
    public int Ipv6PrefixLength { get; init; } = 64;

    /// <summary>What a refused connection gets.</summary>
    public RefusalForm OnLimit { get; init; } = RefusalForm.Reset;

    /// <summary>Refusals of one client within <see cref="OffloadWindow"/> after which the kernel drops its packets; null: never.</summary>
    public int? OffloadAfter { get; init; }

    /// <summary>See <see cref="OffloadAfter"/>.</summary>
    public TimeSpan OffloadWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the kernel drops; the offence is forgotten then.</summary>
    public TimeSpan OffloadFor { get; init; } = TimeSpan.FromMinutes(1);
}
