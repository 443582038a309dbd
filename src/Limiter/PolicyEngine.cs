using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Routing;
using Appliance.Limiter.Statistics;

namespace Appliance.Limiter;

/// <summary>
/// Decides whether a request may pass: finds the policies that select it, asks their rules in the order of policy ids and of the
/// bundle, takes from the table. Any number of lanes may decide at the same time, each on its own number.
/// </summary>
public sealed class PolicyEngine
{
    private readonly LimiterTable _table;
    private readonly StatisticsBook _book;
    private readonly PaddedClock[] _clocks;
    private ActiveBundle? _active;

    /// <summary>Makes an engine without a bundle.</summary>
    /// <param name="table">Where the buckets are; must outlive the engine.</param>
    /// <param name="lanes">Number of lanes, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lanes"/> is below 1.</exception>
    public PolicyEngine(LimiterTable table, int lanes)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        _table = table;
        _book = new StatisticsBook(lanes);
        _clocks = new PaddedClock[lanes];
    }

    /// <summary>The bundle in force; null before the first <see cref="Apply"/>.</summary>
    public PolicySnapshot? Current => Volatile.Read(ref _active)?.Snapshot;

    /// <summary>
    /// Puts a bundle in force, atomically for every later decision. Rules of the same policy id and name keep their buckets and totals.
    /// Thread-safe; allocates.
    /// </summary>
    public void Apply(PolicySnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Volatile.Write(ref _active, new ActiveBundle(snapshot, _table.HashSeed, _clocks.Length, _book));
    }

    /// <summary>Decides and consumes. Allocates nothing and takes no time of its own; never throws for any request.</summary>
    /// <param name="request">What is known of the request.</param>
    /// <param name="nowNs">Monotonic nanoseconds, of the same clock for all lanes. A clock that steps back stands still instead.</param>
    /// <param name="lane">The caller's number, 0 .. lanes-1: a lane is used by one thread at a time.</param>
    public Decision Decide<TRequest>(scoped ref readonly TRequest request, long nowNs, int lane)
        where TRequest : struct, IRequestView, allows ref struct
    {
        ActiveBundle? active = Volatile.Read(ref _active);
        if (active is null)
        {
            _book.CountNoBundle(lane);
            return new Decision { Reason = DecisionReason.NoBundleLoaded };
        }

        LaneScratch scratch = active.Scratch[lane];
        var evaluation = new RequestEvaluation(_table, scratch, _clocks[lane].Advance(nowNs), lane);
        RouteCursor matches = active.Snapshot.Routes.Find(request.Host, request.Path, scratch.Lists);
        bool selected = false;
        while (matches.MoveNext())
        {
            BoundPolicy bound = active.Policies[matches.Current];
            if (!bound.Policy.SelectsMethod(request.Method)) continue;
            selected = true;
            if (!evaluation.Passes(bound, in request, out Decision rejection)) return rejection;
        }

        if (selected) return Allow(in evaluation, lane);
        _book.CountNoPolicy(lane);
        return new Decision { Allowed = true, Reason = DecisionReason.NoMatchingPolicy };
    }

    /// <summary>Totals over all lanes. Thread-safe.</summary>
    public PolicyStatistics GetStatistics() => _book.Read();

    private Decision Allow(in RequestEvaluation evaluation, int lane)
    {
        if (evaluation.Tightest is { } rule) rule.Counters.CountAllowed(lane, shadow: false);
        else _book.CountNoRule(lane);
        return evaluation.Allowance();
    }
}
