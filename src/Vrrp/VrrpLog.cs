using Microsoft.Extensions.Logging;

namespace Appliance.Vrrp;

/// <summary>Event ids 2000-2999. Nothing here is on the path of a good packet.</summary>
internal static partial class VrrpLog
{
    [LoggerMessage(2000, LogLevel.Information, "ha: {From} -> {To}: {Reason}")]
    public static partial void Transition(ILogger log, HaRole from, HaRole to, string reason);

    [LoggerMessage(2001, LogLevel.Information, "ha: removed leftover virtual address {Address}")]
    public static partial void LeftoverRemoved(ILogger log, VirtualAddress address);

    [LoggerMessage(2002, LogLevel.Information, "ha: heartbeat thread started, real-time priority {RealTime}")]
    public static partial void Started(ILogger log, bool realTime);

    [LoggerMessage(2003, LogLevel.Information, "ha: the preferred peer asks for the role")]
    public static partial void HandoverWanted(ILogger log);

    [LoggerMessage(2004, LogLevel.Information, "ha: peer is {State}")]
    public static partial void PeerState(ILogger log, PeerReachability state);

    [LoggerMessage(2010, LogLevel.Warning, "ha: another node is active too; this one stays and announces again")]
    public static partial void DualActive(ILogger log);

    [LoggerMessage(2011, LogLevel.Warning, "ha: this node slept longer than the peer's down interval")]
    public static partial void Slept(ILogger log);

    [LoggerMessage(2012, LogLevel.Warning, "ha: advert from {Source} contradicts the peer's authenticated word; ignored")]
    public static partial void SpoofedAdvert(ILogger log, string source);

    [LoggerMessage(2013, LogLevel.Warning, "ha: advert refused: {Reason}")]
    public static partial void AdvertRefused(ILogger log, string reason);

    [LoggerMessage(2014, LogLevel.Warning, "ha: heartbeat refused: {Reason}")]
    public static partial void HeartbeatRefused(ILogger log, string reason);

    [LoggerMessage(2015, LogLevel.Warning, "ha: adverts of {Source} have another interval or other addresses than this node's config")]
    public static partial void AdvertDiffers(ILogger log, string source);

    [LoggerMessage(2016, LogLevel.Warning, "ha: heartbeat was {LateMs} ms late")]
    public static partial void Late(ILogger log, double lateMs);

    [LoggerMessage(2017, LogLevel.Warning, "ha: somebody deleted virtual address {Address}; put back")]
    public static partial void AddressRepaired(ILogger log, string address);

    [LoggerMessage(2018, LogLevel.Error, "ha: virtual addresses cannot be changed: {Error}")]
    public static partial void AddressFailed(ILogger log, string error);

    [LoggerMessage(2019, LogLevel.Error, "ha: another host claims virtual address {Address}")]
    public static partial void DuplicateAddress(ILogger log, string address);

    [LoggerMessage(2020, LogLevel.Warning, "ha: both nodes have the same `ha.primary`; the higher `ha.address` counts as primary")]
    public static partial void PrimaryConflict(ILogger log);

    [LoggerMessage(2021, LogLevel.Warning, "ha: virtual address {Address} is configured on the interface for good; remove it there, or both nodes hold it")]
    public static partial void PermanentAddress(ILogger log, VirtualAddress address);

    [LoggerMessage(2022, LogLevel.Critical, "ha: the heartbeat thread died; its virtual addresses expire with their lifetime")]
    public static partial void ThreadDied(ILogger log, Exception cause);

    [LoggerMessage(2023, LogLevel.Error, "ha: a handler of a role change failed")]
    public static partial void HandlerFailed(ILogger log, Exception cause);

    [LoggerMessage(2024, LogLevel.Information, "ha: standby {On}: {Reason}")]
    public static partial void Standby(ILogger log, bool on, string reason);
}
