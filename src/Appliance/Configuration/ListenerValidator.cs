using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>Checks each listener by its protocol, and their names.</summary>
internal static class ListenerValidator
{
    private const string NoPolicies = "there is no `policies` section that could be asked";

    private static readonly ImmutableArray<string> HttpOnly =
        ["policies", "on_policy_failure", .. HttpKeys.All.Select(key => key.Name)];

    /// <summary>Notes every mistake.</summary>
    public static void Check(ApplianceConfig config, ConfigErrors errors)
    {
        Dictionary<string, int> names = new() { ["admin"] = -1, ["control"] = -1 };
        for (int i = 0; i < config.Listeners.Length; i++)
        {
            string path = $"listeners[{i}]";
            ListenerConfig listener = config.Listeners[i];
            CheckName(listener, i, names, errors);
            CheckAddresses(listener, path, errors);
            CheckLimits(listener, path, errors);
            if (listener.Tls is not null) TlsValidator.Check(listener.Tls, $"{path}.tls", errors);
            if (!errors.IsSound($"{path}.protocol")) continue;
            if (listener.Protocol == TrafficProtocol.Http) CheckHttp(config, listener, path, errors);
            else if (listener.Protocol == TrafficProtocol.Tcp) CheckTcp(config, listener, path, errors);
            else if (listener.Protocol == TrafficProtocol.Udp) CheckUdp(config, listener, path, errors);
            else CheckDecision(config, path, errors);
        }
    }

    private static void CheckName(ListenerConfig listener, int index, Dictionary<string, int> names, ConfigErrors errors)
    {
        string path = $"listeners[{index}].name";
        if (!errors.IsSound(path) || names.TryAdd(listener.Name, index)) return;
        int first = names[listener.Name];
        errors.Add(path, first < 0
            ? $"the name {listener.Name} is kept for a listener of our own"
            : $"the name {Quoted.Form(listener.Name)} is already used by listeners[{first}]");
    }

    private static void CheckAddresses(ListenerConfig listener, string path, ConfigErrors errors)
    {
        bool several = errors.Has($"{path}.addresses");
        if (errors.Has($"{path}.address"))
        {
            if (several) errors.Add($"{path}.addresses", "`address` is given as well; write all of them here");
        }
        else if (!several && errors.IsSound($"{path}.address"))
        {
            errors.Add($"{path}.address", "the key is required");
        }
        else if (several && listener.Addresses.IsEmpty && errors.IsSound($"{path}.addresses"))
        {
            errors.Add($"{path}.addresses", "the list is empty; it needs at least one entry");
        }
    }

    private static void CheckLimits(ListenerConfig listener, string path, ConfigErrors errors)
    {
        if (listener.Admission is not { } limits)
        {
            foreach (string key in (string[])["on_limit", "offload_after"])
            {
                if (errors.Has($"{path}.{key}")) errors.Add($"{path}.{key}", "there are no `limits` that could be exceeded");
            }

            return;
        }

        bool none = limits is { ConnectionsPerSecond: null, ConcurrentConnections: null, BytesPerSecond: null, MaximumConnections: null };
        if (none && errors.IsSound($"{path}.limits")) errors.Add($"{path}.limits", "no limit is given");
        if (limits is { ConnectionBurst: not null, ConnectionsPerSecond: null } && errors.IsSound($"{path}.limits.connections_per_second"))
        {
            errors.Add($"{path}.limits.connection_burst", "the key means nothing without `connections_per_second`");
        }
    }

    private static void CheckHttp(ApplianceConfig config, ListenerConfig listener, string path, ConfigErrors errors)
    {
        bool redirects = listener.Http.RedirectToHttpsPort is not null;
        if (!redirects && !errors.Has($"{path}.routes") && errors.IsSound(path + ".routes")) errors.Add($"{path}.routes", "the key is required when `protocol` is http");
        else if (!redirects && listener.Routes.IsEmpty && errors.IsSound($"{path}.routes")) errors.Add($"{path}.routes", "the list is empty; it needs at least one entry");
        if (redirects && listener.Tls is not null) errors.Add($"{path}.redirect_to_https", "the listener has `tls` already; the redirect would go round in a circle");
        Refuse(path, "upstream", "http; use `routes`", errors);
        Refuse(path, "udp", "http", errors);
        CheckProxyProtocol(listener, path, errors);
        foreach (KeyValuePair<int, string> page in listener.ErrorPages)
        {
            string at = $"{path}.error_pages.{page.Key}";
            if (errors.IsSound(at) && MediaTypes.OfFile(page.Value) is null) errors.Add(at, $"the file's ending is none of {MediaTypes.Endings}");
        }

        if (config.Policies is not null) return;
        if (errors.Has($"{path}.policies") && listener.EnforcePolicies && errors.IsSound($"{path}.policies")) errors.Add($"{path}.policies", NoPolicies);
        if (errors.Has($"{path}.on_policy_failure") && !listener.OpenOnPolicyFailure) errors.Add($"{path}.on_policy_failure", NoPolicies);
    }

    private static void CheckTcp(ApplianceConfig config, ListenerConfig listener, string path, ConfigErrors errors)
    {
        foreach (string key in (string[])[.. HttpOnly, "udp"]) Refuse(path, key, "tcp", errors);
        if (!listener.ProxyProtocol) Refuse(path, "trusted_proxies", "tcp without `proxy_protocol: true`", errors);
        CheckProxyProtocol(listener, path, errors);
        if (listener.Upstream is not null) UpstreamValidator.CheckReference(config, $"{path}.upstream", listener.Upstream, errors);
        else if (listener.Routes.IsEmpty && errors.IsSound($"{path}.routes")) errors.Add($"{path}.upstream", "the key is required when `protocol` is tcp");
        if (listener.Tls is not null && !listener.Routes.IsEmpty)
        {
            errors.Add($"{path}.routes", "routes of tcp pass TLS through untouched; they cannot go with `tls`");
        }
    }

    private static void CheckUdp(ApplianceConfig config, ListenerConfig listener, string path, ConfigErrors errors)
    {
        foreach (string key in (string[])[.. HttpOnly, "routes", "tls", "proxy_protocol", "trusted_proxies"]) Refuse(path, key, "udp", errors);
        Refuse(path, "timeouts", "udp; use `udp.idle`", errors);
        if (listener.Upstream is null) errors.Add($"{path}.upstream", "the key is required when `protocol` is udp");
        else UpstreamValidator.CheckReference(config, $"{path}.upstream", listener.Upstream, errors);
    }

    private static void CheckDecision(ApplianceConfig config, string path, ConfigErrors errors)
    {
        foreach (string key in (string[])["routes", "upstream", .. HttpOnly, "udp"]) Refuse(path, key, "decision", errors);
        foreach (string key in (string[])["tls", "proxy_protocol", "limits"])
        {
            if (errors.Has($"{path}.{key}")) errors.Add($"{path}.{key}", "the key is not available when `protocol` is decision");
        }

        if (config.Policies is null) errors.Add($"{path}.protocol", NoPolicies);
    }

    private static void CheckProxyProtocol(ListenerConfig listener, string path, ConfigErrors errors)
    {
        if (!listener.ProxyProtocol || !listener.TrustedProxies.IsEmpty || !errors.IsSound($"{path}.trusted_proxies")) return;
        errors.Add($"{path}.proxy_protocol", "`trusted_proxies` is needed: the header is believed from those networks only");
    }

    private static void Refuse(string path, string key, string protocol, ConfigErrors errors)
    {
        if (errors.Has($"{path}.{key}")) errors.Add($"{path}.{key}", $"the key means nothing when `protocol` is {protocol}");
    }
}
