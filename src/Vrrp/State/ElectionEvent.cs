namespace Appliance.Vrrp.State;

/// <summary>One event and what it carries.</summary>
internal readonly record struct ElectionEvent(ElectionEventKind Kind)
{
    public bool On { get; init; }

    /// <summary>AdvertHeard: priority, 0 .. 255.</summary>
    public byte Priority { get; init; }

    /// <summary>LinksShort: active pairs.</summary>
    public byte Count { get; init; }

    /// <summary>AdvertHeard: its sender as a number, comparable with LanAddress; 0: not comparable (IPv6 where IPv4 decides), which loses.</summary>
    public UInt128 Source { get; init; }

    /// <summary>AdvertHeard: the interval the sender announces.</summary>
    public long IntervalNs { get; init; }

    /// <summary>HeartbeatHeard: its content.</summary>
    public PeerWord Peer { get; init; }

    public static ElectionEvent Timer => new(ElectionEventKind.Timer);

    public static ElectionEvent Advert(byte priority, UInt128 source, long intervalNs) =>
        new(ElectionEventKind.AdvertHeard) { Priority = priority, Source = source, IntervalNs = intervalNs };

    public static ElectionEvent Heartbeat(in PeerWord peer) => new(ElectionEventKind.HeartbeatHeard) { Peer = peer };

    public static ElectionEvent Links(bool tooFew, int activePairs) => new(ElectionEventKind.LinksShort) { On = tooFew, Count = (byte)activePairs };

    public static ElectionEvent Switch(ElectionEventKind kind, bool on) => new(kind) { On = on };
}
