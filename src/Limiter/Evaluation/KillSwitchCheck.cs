using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>Whether a kill switch stops a request (part B section 1.7, A13). Shadow does not soften it.</summary>
internal static class KillSwitchCheck
{
    /// <summary>Without jitter.</summary>
    public const int RetrySeconds = 3600;

    public static bool Stops<TRequest>(PolicySnapshot snapshot, long unixSeconds, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (snapshot.KillSwitches.Length == 0) return false;
        if (AnyNames(snapshot.UnscopedKillSwitches, unixSeconds, in request)) return true;
        foreach (KillSwitchGroup group in snapshot.ScopedKillSwitches)
        {
            if (AnyNames(WithValueOf(group, in request), unixSeconds, in request)) return true;
        }

        return false;
    }

    private static KillSwitch[] WithValueOf<TRequest>(KillSwitchGroup group, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (group.Key.Kind == LimitKeyKind.ClientAddress) return group.For(request.Client);
        return group.Key.TryGetValue(in request, out ReadOnlySpan<byte> value) ? group.For(value) : [];
    }

    /// <summary>What their scope wants is known to hold; which of several stops a request changes nothing for anybody.</summary>
    private static bool AnyNames<TRequest>(KillSwitch[] switches, long unixSeconds, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        foreach (KillSwitch killSwitch in switches)
        {
            if (!killSwitch.IsActiveAt(unixSeconds) || killSwitch.Route is { } route && !request.Path.SequenceEqual(route)) continue;
            if (killSwitch.Selector is not { } selector || selector.Selects(request.Method, request.Host, request.Path)) return true;
        }

        return false;
    }
}
