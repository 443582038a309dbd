namespace Appliance.Limiter.Statistics;

/// <summary>What happened to one policy, by its id; outlives the bundles that name it.</summary>
internal sealed class PolicyCounters(string policy, int lanes)
{
    private const int Evaluated = 0;
    private const int Loops = 1;
    private const int OpenUntil = 2;
    private const int CellCount = 3;

    private readonly LaneCells _cells = new(lanes, CellCount);
    private volatile bool _hasBreaker;

    /// <summary>A bundle is applied in which this policy has a breaker, or has none.</summary>
    public void SetBreaker(bool has) => _hasBreaker = has;

    public void CountEvaluated(int lane) => _cells.Increment(lane, Evaluated);

    public void CountLoop(int lane) => _cells.Increment(lane, Loops);

    /// <summary>A request met the breaker open.</summary>
    public void NoteOpen(int lane, long untilUnixMs) => _cells.Set(lane, OpenUntil, untilUnixMs);

    public PolicyCount Read() => new(policy, _cells.Sum(Evaluated), _cells.Sum(Loops)) { BreakerOpenUntilMs = _cells.Max(OpenUntil), HasBreaker = _hasBreaker };
}
