using Appliance.Limiter.Descriptors;
using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Routing;
using Appliance.Limiter.Statistics;
using Appliance.Limiter.Tokens;

namespace Appliance.Limiter;

/// <summary>
/// Decides whether a request may pass: kill switches, then the policies that select it in the order of their ids, each with its loop
/// detection, breaker and rules (policies.md part B section 0), taking from the table. Any number of lanes may decide at the same time, each on
/// its own number.
/// </summary>
public sealed class PolicyEngine
{
    private readonly LimiterTable _table;
    private readonly StatisticsBook _book;
    private readonly PaddedClock[] _clocks;
    private readonly LeasePool[] _leases;
    private readonly TokenHash _tokenHash = new();
    private readonly VerificationBudget[] _verifications;
    private readonly Lock _applying = new();
    private EngineSettings _settings = new();
    private ActiveBundle? _active;
    private RuntimeOverrides _overrides = RuntimeOverrides.None;

    /// <summary>Makes an engine without a bundle.</summary>
    /// <param name="table">Where the counters are; must outlive the engine.</param>
    /// <param name="lanes">Number of lanes, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lanes"/> is below 1.</exception>
    public PolicyEngine(LimiterTable table, int lanes)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        _table = table;
        _book = new StatisticsBook(lanes);
        _clocks = new PaddedClock[lanes];
        _leases = [.. Enumerable.Range(0, lanes).Select(_ => new LeasePool())];
        _verifications = [.. Enumerable.Range(0, lanes).Select(_ => new VerificationBudget())];
    }

    /// <summary>What <see cref="Use"/> has put in force.</summary>
    public EngineSettings Settings => Volatile.Read(ref _settings);

    /// <summary>Whose names and formulas hold: what the bundle says, else the settings.</summary>
    public PolicyCompatibility Compatibility => Current?.Compatibility ?? Settings.Compatibility;

    /// <summary>
    /// Overrides that hold whichever bundle is in force, and that no bundle ends (part B section 1.8). Thread-safe; holds for every later decision.
    /// </summary>
    public RuntimeOverrides Overrides
    {
        get => Volatile.Read(ref _overrides);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _overrides, value);
        }
    }

    /// <summary>The bundle in force; null before the first <see cref="Apply"/>.</summary>
    public PolicySnapshot? Current => Volatile.Read(ref _active)?.Snapshot;

    /// <summary>
    /// Puts a bundle in force, atomically for every later decision. Rules of the same policy id, name and algorithm keep their state, rules of
    /// the same policy id and name their totals. Thread-safe; allocates.
    /// </summary>
    public void Apply(PolicySnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        lock (_applying)
        {
            var describers = new RequestDescriber[_clocks.Length];
            for (int lane = 0; lane < describers.Length; lane++)
            {
                describers[lane] = new RequestDescriber(snapshot, _settings.Sources, _tokenHash, _verifications[lane]);
            }

            Volatile.Write(ref _active, new ActiveBundle(snapshot, _settings, _table.HashSeed, describers, _book));
        }
    }

    /// <summary>Puts other settings in force, for every later decision. What was found out with old keys and lists is forgotten. Thread-safe; allocates.</summary>
    public void Use(EngineSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (_applying)
        {
            Volatile.Write(ref _settings, settings);
            if (Current is { } snapshot) Apply(snapshot);
        }
    }

    /// <summary>A lane turns to a request.</summary>
    /// <param name="lane">As in <see cref="Decide"/>.</param>
    public PolicyTurn Enter(int lane) => new(this, Volatile.Read(ref _active), lane);

    /// <summary>
    /// Decides and consumes. Allocates nothing on a warm lane and takes no time of its own; never throws for any request. The lease of an
    /// allowed decision must be released when the request is over.
    /// </summary>
    /// <param name="request">What is known of the request.</param>
    /// <param name="nowNs">Monotonic nanoseconds, of the same clock for all lanes. A clock that steps back stands still instead.</param>
    /// <param name="unixMs">
    /// UTC, milliseconds since 1970: calendar windows and expiries go by it. It may be set; back by up to a minute no window forgets anything.
    /// </param>
    /// <param name="lane">The caller's number, 0 .. lanes-1: a lane is used by one thread at a time.</param>
    /// <param name="waiting">
    /// Where a request with a delay is counted until its caller calls <see cref="DelayedRequests.Leave"/>; without room there it is rejected. Null:
    /// the caller does not wait itself.
    /// </param>
    public Decision Decide<TRequest>(scoped ref readonly TRequest request, long nowNs, long unixMs, int lane, DelayedRequests? waiting = null)
        where TRequest : struct, IRequestView, allows ref struct => DecideBy(Volatile.Read(ref _active), in request, nowNs, unixMs, lane, waiting);

    internal Decision DecideBy<TRequest>(
        ActiveBundle? active, scoped ref readonly TRequest request, long nowNs, long unixMs, int lane, DelayedRequests? waiting)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (active is null)
        {
            _book.CountWithoutRule(lane, DecisionAction.Reject, DecisionReason.NoBundleLoaded);
            return new Decision { Reason = DecisionReason.NoBundleLoaded, Compatibility = Settings.Compatibility };
        }

        PolicySnapshot snapshot = active.Snapshot;
        var time = new EvaluationTime(_clocks[lane].Advance(nowNs), Math.Max(unixMs, 0));
        RuntimeOverrides ordered = Overrides;
        if (IsActive(ordered.KillSwitchOverride, in time) || IsActive(snapshot.KillSwitchOverride, in time))
        {
            if (snapshot.KillSwitches.Length > 0) _book.CountKillSwitchOverride(lane);
        }
        else if (KillSwitchCheck.Stops(snapshot, time.UnixSeconds, in request))
        {
            return Stop(active, in request, lane);
        }

        LaneScratch scratch = active.Scratch[lane];
        scratch.Ledger.Begin();
        bool allShadow = IsActive(snapshot.GlobalShadow, in time) || IsActive(ordered.GlobalShadow, in time);
        if (allShadow) _book.CountGlobalShadow(lane);
        var evaluation = new RequestEvaluation(_table, scratch, time, lane, allShadow, active.RejectsInvalidTokens);
        RouteCursor matches = snapshot.Routes.Find(request.Host, request.Path, scratch.Lists);
        bool selected = false;
        while (matches.MoveNext())
        {
            BoundPolicy bound = active.Policies[matches.Current];
            if (!bound.Policy.SelectsMethod(request.Method)) continue;
            selected = true;
            if (!evaluation.Passes(bound, in request)) return evaluation.WithShadow(Reject(active, in evaluation.Refusal, in request, lane));
        }

        if (!evaluation.MayWait(waiting)) return evaluation.WithShadow(Reject(active, in evaluation.Refusal, in request, lane));
        if (selected) return evaluation.Allow(_leases[lane].Lease(scratch.Ledger), _book, active.Compatibility);
        _book.CountWithoutRule(lane, DecisionAction.Allow, DecisionReason.NoMatchingPolicy);
        return new Decision { Allowed = true, Reason = DecisionReason.NoMatchingPolicy, Compatibility = active.Compatibility };
    }

    /// <summary>
    /// Ends a request that was let through: its places of concurrency rules are free again, and what it reserved and nobody settled stays charged. The second
    /// release of a lease does nothing. On the lane of the decision, by the thread that uses it.
    /// </summary>
    /// <param name="lease">Of the decision; empty afterwards.</param>
    /// <param name="nowNs">As in <see cref="Decide"/>.</param>
    /// <param name="lane">The lane that decided.</param>
    public void Release(ref DecisionLease lease, long nowNs, int lane)
    {
        HeldTakes? held = lease.Current;
        lease = default;
        if (held is null) return;
        held.Release(_table, _clocks[lane].Advance(nowNs));
        _leases[lane].Return(held);
    }

    /// <summary>
    /// Charges a language model request with the tokens that it used instead of those that it reserved: what is left over is given back, what
    /// was used beyond is charged, in the day that it was reserved in. May be called again with a better number, until the release.
    /// </summary>
    /// <param name="lease">Of the decision; nothing happens for an empty or released one.</param>
    /// <param name="tokens">Prompt and completion together, 0 or more; 0 for a request that never reached a model.</param>
    /// <param name="nowNs">As in <see cref="Decide"/>.</param>
    /// <param name="lane">The lane that decided.</param>
    public void Settle(in DecisionLease lease, long tokens, long nowNs, int lane) =>
        lease.Current?.Settle(_table, tokens, _clocks[lane].Advance(nowNs), lane);

    /// <summary>
    /// True when a rule that applies wants the numbers of a language model request: only then is the body read, and the view asked to
    /// decide must offer them. Consumes nothing.
    /// </summary>
    /// <param name="request">Method, host, path, headers, address.</param>
    /// <param name="lane">As in <see cref="Decide"/>.</param>
    public bool NeedsBody<TRequest>(scoped ref readonly TRequest request, int lane)
        where TRequest : struct, IRequestView, allows ref struct => WantsBody(Volatile.Read(ref _active), in request, lane);

    internal static bool WantsBody<TRequest>(ActiveBundle? active, scoped ref readonly TRequest request, int lane)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (active is not { HasLlmRules: true }) return false;
        RouteCursor matches = active.Snapshot.Routes.Find(request.Host, request.Path, active.Scratch[lane].Lists);
        while (matches.MoveNext())
        {
            BoundPolicy bound = active.Policies[matches.Current];
            if (bound.Policy.SelectsMethod(request.Method) && bound.WantsBody(in request)) return true;
        }

        return false;
    }

    /// <summary>
    /// Counts how long a decision took. The engine reads no clock: whoever has one measures, the call of <see cref="Decide"/> alone.
    /// </summary>
    /// <param name="lane">As in <see cref="Decide"/>.</param>
    /// <param name="nanoseconds">0 or more.</param>
    public void CountDuration(int lane, long nanoseconds) => _book.CountDuration(lane, nanoseconds);

    /// <summary>Totals over all lanes. Thread-safe; its cost follows the number of rules.</summary>
    public PolicyStatistics GetStatistics() => _book.Read() with { TokenVerifications = VerificationBudget.Sum(_verifications) };

    private static bool IsActive(RuntimeOverride? given, in EvaluationTime time) => given is not null && given.IsActiveAt(time.UnixSeconds);

    private Decision Stop<TRequest>(ActiveBundle active, scoped ref readonly TRequest request, int lane)
        where TRequest : struct, IRequestView, allows ref struct
    {
        _book.CountWithoutRule(lane, DecisionAction.Reject, DecisionReason.KillSwitch);
        var refusal = new Refusal { Reason = DecisionReason.KillSwitch, RetrySeconds = KillSwitchCheck.RetrySeconds };
        return Reject(active, in refusal, in request, lane);
    }

    private Decision Reject<TRequest>(ActiveBundle active, in Refusal refusal, scoped ref readonly TRequest request, int lane)
        where TRequest : struct, IRequestView, allows ref struct
    {
        Decision decision = Rejections.Of(in refusal, active.ReadsClaims, active.Compatibility, in request);
        if (decision.RetryAfterSeconds > 0) _book.CountRetryAfter(lane, decision.RetryAfterSeconds);
        return decision;
    }
}
