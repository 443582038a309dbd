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
            ListenerConfig listener = config.Listeners[i];
            for (int j = 0; j < listener.Routes.Length; j++)
            {
                string path = $"listeners[{i}].routes[{j}]";
                CheckAction(config, listener.Routes[j], path, errors);
                if (listener.Protocol == TrafficProtocol.Tcp) CheckTcp(listener.Routes[j], path, errors);
            }

            CheckReachable(listener.Routes, i, errors);
        }
    }

    private static void CheckAction(ApplianceConfig config, RouteConfig route, string path, ConfigErrors errors)
    {
        string[] actions = [.. ((string[])["upstream", "redirect", "response"]).Where(key => errors.Has($"{path}.{key}"))];
        if (actions.Length == 0) errors.Add($"{path}.upstream", "one of `upstream`, `redirect` and `response` is required");
        if (actions.Length > 1) errors.Add($"{path}.{actions[1]}", $"`{actions[0]}` is given as well; a route has one of them");
        if (route.Upstream is { } upstream) UpstreamValidator.CheckReference(config, $"{path}.upstream", upstream, errors);
        if (route.Response is { Status: 204 or 205 or 304, Body.Length: > 0 } response && errors.IsSound($"{path}.response"))
        {
            errors.Add($"{path}.response.body", $"an answer with status {response.Status} has no body");
        }

        if (route.Upstream is not null || actions.Length == 0) return;
        foreach (string key in (string[])["replace_prefix", "host", "request_headers"])
        {
            if (errors.Has($"{path}.{key}")) errors.Add($"{path}.{key}", $"the key means nothing with `{actions[0]}`: no server sees the request");
        }
    }

    /// <summary>All that is known of a connection is the name in its TLS hello.</summary>
    private static void CheckTcp(RouteConfig route, string path, ConfigErrors errors)
    {
        foreach (string key in (string[])["path_prefix", "redirect", "response", "replace_prefix", "host", "request_headers", "response_headers"])
        {
            if (errors.Has($"{path}.{key}")) errors.Add($"{path}.{key}", "the key means nothing when `protocol` is tcp");
        }

        if (route.Hosts.IsEmpty && errors.IsSound($"{path}.hosts"))
        {
            errors.Add($"{path}.hosts", "the key is required when `protocol` is tcp; what no route takes goes to the listener's `upstream`");
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
