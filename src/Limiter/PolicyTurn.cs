using Appliance.Limiter.Descriptors;
using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Routing;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter;

/// <summary>
/// What a lane asks about one request, all of it of the same bundle: a view that describes the request with <see cref="Describer"/> is understood
/// by <see cref="Decide"/>. Not to be kept over an await.
/// </summary>
public readonly ref struct PolicyTurn
{
    private readonly PolicyEngine _engine;
    private readonly ActiveBundle? _active;
    private readonly int _lane;

    internal PolicyTurn(PolicyEngine engine, ActiveBundle? active, int lane)
    {
        _engine = engine;
        _active = active;
        _lane = lane;
    }

    /// <summary>Finds what the request does not say itself; null without a bundle, and nobody will ask.</summary>
    public RequestDescriber? Describer => _active?.Describers[_lane];

    /// <summary>Whose names hold.</summary>
    public PolicyCompatibility Compatibility => _active?.Compatibility ?? _engine.Settings.Compatibility;

    /// <summary>See <see cref="PolicyEngine.NeedsBody"/>.</summary>
    public bool NeedsBody<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct => PolicyEngine.WantsBody(_active, in request, _lane);

    /// <summary>See <see cref="PolicyEngine.Decide"/>.</summary>
    public Decision Decide<TRequest>(scoped ref readonly TRequest request, long nowNs, long unixMs, DelayedRequests? waiting = null)
        where TRequest : struct, IRequestView, allows ref struct => _engine.DecideBy(_active, in request, nowNs, unixMs, _lane, waiting);

    /// <summary>The policies that select a request, in ascending order of their ids, for debug sessions. Consumes nothing; allocates.</summary>
    internal List<Policy> FindPolicies<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        var found = new List<Policy>();
        if (_active is null) return found;
        RouteCursor matches = _active.Snapshot.Routes.Find(request.Host, request.Path, _active.Scratch[_lane].Lists);
        while (matches.MoveNext())
        {
            Policy policy = _active.Policies[matches.Current].Policy;
            if (policy.SelectsMethod(request.Method)) found.Add(policy);
        }

        return found;
    }
}
