using Appliance.Vrrp.Monitors;

namespace Appliance.Vrrp.Transport;

/// <summary>Where the heartbeat thread leaves its view of things for readers. It skips a turn rather than wait for one of them.</summary>
internal sealed class ViewDesk
{
    private readonly object _gate = new();
    private readonly GroupSeat[] _seats;
    private readonly LanWitness _witness;
    private readonly LinkMonitor _links;
    private readonly GroupView[] _groups;
    private readonly int[] _nameVersions;
    private readonly string[] _names;
    private long _nowNs;
    private bool _witnessAsked;
    private int _activePairs;

    public ViewDesk(GroupSeat[] seats, LanWitness witness, LinkMonitor links)
    {
        (_seats, _witness, _links) = (seats, witness, links);
        _groups = new GroupView[seats.Length];
        _nameVersions = new int[seats.Length];
        _names = new string[seats.Length];
        Array.Fill(_nameVersions, -1);
        Array.Fill(_names, "");
    }

    /// <summary>A copy. Any thread.</summary>
    public NodeView Read()
    {
        lock (_gate)
        {
            return new NodeView([.. _groups])
            {
                NowNs = _nowNs,
                WitnessAsked = _witnessAsked,
                LinkPairs = _links.Pairs,
                MinimumPairs = _links.Minimum,
                ActivePairs = _activePairs,
            };
        }
    }

    /// <summary>The heartbeat thread alone.</summary>
    public void Publish(long nowNs)
    {
        LearnNames();
        if (!Monitor.TryEnter(_gate)) return;
        try
        {
            _nowNs = nowNs;
            _witnessAsked = _witness.HasAny;
            _activePairs = _links.ActivePairs;
            for (int i = 0; i < _seats.Length; i++) Fill(ref _groups[i], _seats[i], _names[i]);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    private void LearnNames()
    {
        for (int i = 0; i < _seats.Length; i++)
        {
            if (_seats[i].Session is not { } session || session.PeerNameVersion == _nameVersions[i]) continue;
            _nameVersions[i] = session.PeerNameVersion;
            _names[i] = session.PeerName;
        }
    }

    private static void Fill(ref GroupView view, GroupSeat seat, string peerName)
    {
        view.State = seat.Driver.State;
        view.RoundTripNs = seat.Session?.RoundTripNs ?? -1;
        view.Holding = seat.Bound.Addresses.Holding;
        view.PeerName = peerName;
        view.SameConfig = seat.SamePrint(0);
        view.SameBundle = seat.SamePrint(1);
    }
}
