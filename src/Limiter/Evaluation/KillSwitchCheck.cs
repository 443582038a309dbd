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
        if (snapshot.KillSwitches.Length == 0 || snapshot.KillSwitchOverride is { } lifted && lifted.IsActiveAt(unixSeconds)) return false;
        foreach (KillSwitch killSwitch in snapshot.KillSwitches)
        {
            if (killSwitch.IsActiveAt(unixSeconds) && Names(killSwitch, in request)) return true;
        }

        return false;
    }

    private static bool Names<TRequest>(KillSwitch killSwitch, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (killSwitch.Route is { } route && !request.Path.SequenceEqual(route)) return false;
        if (killSwitch.Selector is { } selector && !selector.Selects(request.Method, request.Host, request.Path)) return false;
        return killSwitch.Scope is not { } scope || scope.Holds(in request);
    }
}
