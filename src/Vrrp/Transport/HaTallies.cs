using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>Counters written by the heartbeat thread alone; read by anyone, each by itself exact.</summary>
internal sealed class HaTallies
{
    private readonly long[] _advertsRefused = new long[Enum.GetValues<RejectReason>().Length];
    private readonly long[] _heartbeatsRefused = new long[Enum.GetValues<HeartbeatReject>().Length];

    public long AdvertsSent;
    public long AdvertsReceived;
    public long AdvertsWithPseudoHeader;
    public long HeartbeatsSent;
    public long HeartbeatsReceived;
    public long Transitions;
    public long Takeovers;
    public long SpoofedAdverts;
    public long Announcements;
    public long AddressesRepaired;
    public long SendErrors;
    public long Sleeps;

    public void Refused(RejectReason reason) => _advertsRefused[(int)reason]++;

    public void Refused(HeartbeatReject reason) => _heartbeatsRefused[(int)reason]++;

    public long RefusedCount(RejectReason reason) => Volatile.Read(ref _advertsRefused[(int)reason]);

    public long RefusedCount(HeartbeatReject reason) => Volatile.Read(ref _heartbeatsRefused[(int)reason]);

    public HaCounters Snapshot() => new()
    {
        AdvertsSent = Volatile.Read(ref AdvertsSent),
        AdvertsReceived = Volatile.Read(ref AdvertsReceived),
        AdvertsWithPseudoHeader = Volatile.Read(ref AdvertsWithPseudoHeader),
        AdvertsRefused = [.. Enum.GetValues<RejectReason>().Where(r => r != RejectReason.None).Select(r => KeyValuePair.Create(r.Label(), RefusedCount(r)))],
        HeartbeatsSent = Volatile.Read(ref HeartbeatsSent),
        HeartbeatsReceived = Volatile.Read(ref HeartbeatsReceived),
        HeartbeatsRefused = [.. Enum.GetValues<HeartbeatReject>().Where(r => r != HeartbeatReject.None).Select(r => KeyValuePair.Create(r.Label(), RefusedCount(r)))],
        Transitions = Volatile.Read(ref Transitions),
        Takeovers = Volatile.Read(ref Takeovers),
        SpoofedAdverts = Volatile.Read(ref SpoofedAdverts),
        Announcements = Volatile.Read(ref Announcements),
        AddressesRepaired = Volatile.Read(ref AddressesRepaired),
        SendErrors = Volatile.Read(ref SendErrors),
        Sleeps = Volatile.Read(ref Sleeps),
    };
}
