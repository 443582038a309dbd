using Appliance.Vrrp.State;

namespace Appliance.Vrrp;

/// <summary>One notice; small, so that handing it over costs the heartbeat thread next to nothing.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Number">A reason, an errno or nanoseconds, by kind.</param>
/// <param name="Address">As a number (IPv4 zero-extended), where one matters.</param>
/// <param name="From">Transition: role left.</param>
/// <param name="To">Transition: role taken.</param>
/// <param name="Reason">Transition: why.</param>
internal readonly record struct HaNotice(
    HaNoticeKind Kind, long Number = 0, UInt128 Address = default, HaRole From = default, HaRole To = default, HaReason Reason = default)
{
    /// <summary>The virtual router it is about; 0: the node.</summary>
    public byte RouterId { get; init; }
}
