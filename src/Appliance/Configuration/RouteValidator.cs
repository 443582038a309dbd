using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>Checks that routes lead somewhere and can be reached.</summary>
internal static class RouteValidator
{
    /// <summary>Notes every mistake.</summary>
    public static void Check(ApplianceConfig config, ConfigErrors errors)
    {
        for (int i = 0; i < config.Listeners.Length; i++)
        {
            ImmutableArray<RouteConfig> routes = config.Listeners[i].Routes;
            for (int j = 0; j < routes.Length; j++)
            {
                string path = $"listeners[{i}].routes[{j}]";
                UpstreamValidator.CheckReference(config, $"{path}.upstream", routes[j].Upstream, errors);
            }

            CheckReachable(routes, i, errors);
        }
    }

    /// <summary>An earlier route for the same hosts and a prefix of the path takes every request that this one could have.</summary>
    private static void CheckReachable(ImmutableArray<RouteConfig> routes, int listener, ConfigErrors errors)
    {
        bool[] sound = [.. routes.Select((_, i) => errors.IsSound($"listeners[{listener}].routes[{i}].hosts")
            && errors.IsSound($"listeners[{listener}].routes[{i}].path_prefix"))];
        for (int i = 0; i < routes.Length; i++)
        {
            int earlier = 0;
            while (earlier < i && !(sound[earlier] && sound[i] && Covers(routes[earlier], routes[i]))) earlier++;
            if (earlier == i) continue;
            errors.Add($"listeners[{listener}].routes[{i}]", $"the route is never reached: routes[{earlier}] takes all of its requests");
        }
    }

    private static bool Covers(RouteConfig earlier, RouteConfig later)
    {
        bool path = earlier.PathPrefix == "/" || later.PathPrefix.TrimEnd('/') == earlier.PathPrefix.TrimEnd('/')
            || later.PathPrefix.StartsWith(earlier.PathPrefix.TrimEnd('/') + "/", StringComparison.Ordinal);
        return path && (earlier.Hosts.IsEmpty || (!later.Hosts.IsEmpty && later.Hosts.All(earlier.Hosts.Contains)));
    }
}
