using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Transport;

/// <summary>The one handover under way: begins it in each group that is Active here, and ends when the peer is Active in all of them. Heartbeat thread.</summary>
internal sealed class HandoverWatch(GroupSeat[] seats)
{
    private readonly bool[] _given = new bool[seats.Length];
    private HandoverOrder? _order;
    private long _limitNs;

    public void Begin(HandoverOrder order, long nowNs)
    {
        if (_order is not null)
        {
            order.Finish(false, "another handover is under way");
            return;
        }

        HandoverRefusal refusal = GiveAll(order, nowNs);
        if (refusal != HandoverRefusal.None)
        {
            order.Finish(false, StatusText.Of(refusal));
            return;
        }

        _order = order;
        _limitNs = nowNs + 20 * seats[0].Bound.Driver.Election.IntervalNs + 1_000_000_000;
    }

    public void Look(long nowNs)
    {
        if (_order is not { } order) return;
        bool all = true;
        for (int i = 0; i < seats.Length; i++)
        {
            if (!_given[i]) continue;
            ElectionState state = seats[i].Driver.State;
            if (state.PeerAlive && state.Peer.Role == HaRole.Active) continue;
            all = false;
            if (state.Role == HaRole.Active)
            {
                End(order, false, "the peer did not take the role; this node took it back");
                return;
            }
        }

        if (all) End(order, true, "the peer is active");
        else if (nowNs >= _limitNs) End(order, false, "the peer did not say that it is active");
    }

    public void Abandon(string reason) => _order?.Finish(false, reason);

    /// <summary>None: at least one group was given. Else the first refusal; nothing was given then, unless another group already was.</summary>
    private HandoverRefusal GiveAll(HandoverOrder order, long nowNs)
    {
        HandoverRefusal result = HandoverRefusal.NotActive;
        for (int i = 0; i < seats.Length; i++)
        {
            GroupSeat seat = seats[i];
            _given[i] = false;
            if (seat.Driver.State.Role != HaRole.Active || (order.RouterId is { } only && only != seat.RouterId)) continue;
            bool accepted = order.Force || seat.SamePrint(0) == true;
            HandoverRefusal refusal = seat.Driver.Apply(ElectionEvent.Switch(ElectionEventKind.Handover, accepted), nowNs);
            _given[i] = refusal == HandoverRefusal.None;
            if (result != HandoverRefusal.None) result = refusal;
        }

        return result;
    }

    private void End(HandoverOrder order, bool done, string reason)
    {
        _order = null;
        order.Finish(done, reason);
    }
}
