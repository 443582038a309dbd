using System.Runtime.CompilerServices;

namespace Appliance.Admin;

/// <summary>
/// What the decision API and the debug sessions count beside the engine, in lanes: each event loop writes its own and never waits; a reader sums
/// them. Counts are monotonic, so a reader that is a moment behind is still right.
/// </summary>
internal sealed class DecisionStatistics
{
    private readonly Lane[] _lanes;

    public DecisionStatistics(int lanes)
    {
        _lanes = new Lane[lanes];
        for (int at = 0; at < lanes; at++) _lanes[at] = new Lane();
    }

    /// <summary>Questions, refused ones among them.</summary>
    public long Asked => _lanes.Sum(lane => Volatile.Read(ref lane.Asked));

    /// <summary>Debug sessions begun.</summary>
    public long SessionsBegun => _lanes.Sum(lane => Volatile.Read(ref lane.SessionsBegun));

    /// <summary>Logins to debug sessions with a wrong secret.</summary>
    public long SessionsRefused => _lanes.Sum(lane => Volatile.Read(ref lane.SessionsRefused));

    public void CountAsked(int lane) => Add(ref _lanes[lane].Asked);

    public void CountRefused(int lane, DecisionFault fault) => Add(ref _lanes[lane].Faults[(int)fault]);

    public void CountSession(int lane, bool begun) => Add(ref begun ? ref _lanes[lane].SessionsBegun : ref _lanes[lane].SessionsRefused);

    public long RefusedBy(DecisionFault fault) => _lanes.Sum(lane => Volatile.Read(ref lane.Faults[(int)fault]));

    /// <summary>Only the lane's own loop writes, so load and store need not be one operation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref long counter) => Volatile.Write(ref counter, counter + 1);

    private sealed class Lane
    {
        public readonly long[] Faults = new long[(int)DecisionFault.BadHost + 1];
        public long Asked;
        public long SessionsBegun;
        public long SessionsRefused;
    }
}
