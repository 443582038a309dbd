using System.Collections.Immutable;

namespace Appliance.Hosting;

/// <summary>
/// May traffic be sent here? Not while starting or draining, nor when a listener enforces policies and no bundle is loaded; being passive
/// is no reason (product.md section 5). Thread-safe.
/// </summary>
internal sealed class Readiness
{
    private volatile bool _started;
    private volatile bool _draining;

    /// <summary>Listeners are bound.</summary>
    public bool Started
    {
        get => _started;
        set => _started = value;
    }

    /// <summary>The daemon stops or hands over.</summary>
    public bool Draining
    {
        get => _draining;
        set => _draining = value;
    }

    /// <summary>Every reason why not, by its stable name; empty: ready.</summary>
    /// <param name="roleKnown">False while the HA state machine is Starting.</param>
    /// <param name="bundleMissing">A listener enforces policies and no bundle is in force.</param>
    public ImmutableArray<string> Reasons(bool roleKnown, bool bundleMissing)
    {
        if (_started && !_draining && roleKnown && !bundleMissing) return [];
        var reasons = ImmutableArray.CreateBuilder<string>(3);
        if (!_started || !roleKnown) reasons.Add("starting");
        if (_draining) reasons.Add("draining");
        if (bundleMissing) reasons.Add("no_policy_loaded");
        return reasons.ToImmutable();
    }
}
