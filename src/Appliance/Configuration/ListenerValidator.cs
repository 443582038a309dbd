namespace Appliance.Configuration;

/// <summary>Checks each listener by its protocol, and their names.</summary>
internal static class ListenerValidator
{
    private const string NoPolicies = "there is no `policies` section that could be asked";

    /// <summary>Notes every mistake.</summary>
    public static void Check(ApplianceConfig config, ConfigErrors errors)
    {
        Dictionary<string, int> names = new() { ["admin"] = -1, ["control"] = -1 };
        for (int i = 0; i < config.Listeners.Length; i++)
        {
            string path = $"listeners[{i}]";
            ListenerConfig listener = config.Listeners[i];
            CheckName(listener, i, names, errors);
            if (!errors.IsSound($"{path}.protocol")) continue;
            if (listener.Protocol == TrafficProtocol.Http) CheckHttp(config, listener, path, errors);
            else if (listener.Protocol == TrafficProtocol.Tcp) CheckTcp(config, listener, path, errors);
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

    private static void CheckHttp(ApplianceConfig config, ListenerConfig listener, string path, ConfigErrors errors)
    {
        if (!errors.Has($"{path}.routes") && errors.IsSound(path + ".routes")) errors.Add($"{path}.routes", "the key is required when `protocol` is http");
        else if (listener.Routes.IsEmpty && errors.IsSound($"{path}.routes")) errors.Add($"{path}.routes", "the list is empty; it needs at least one entry");
        Refuse(path, "upstream", "http; use `routes`", errors);
        if (config.Policies is not null) return;
        if (errors.Has($"{path}.policies") && listener.EnforcePolicies && errors.IsSound($"{path}.policies")) errors.Add($"{path}.policies", NoPolicies);
        if (errors.Has($"{path}.on_policy_failure") && !listener.OpenOnPolicyFailure) errors.Add($"{path}.on_policy_failure", NoPolicies);
    }

    private static void CheckTcp(ApplianceConfig config, ListenerConfig listener, string path, ConfigErrors errors)
    {
        foreach (string key in (string[])["routes", "trusted_proxies", "policies", "on_policy_failure"]) Refuse(path, key, "tcp", errors);
        if (listener.Upstream is null) errors.Add($"{path}.upstream", "the key is required when `protocol` is tcp");
        else UpstreamValidator.CheckReference(config, $"{path}.upstream", listener.Upstream, errors);
    }

    private static void CheckDecision(ApplianceConfig config, string path, ConfigErrors errors)
    {
        foreach (string key in (string[])["routes", "upstream", "policies", "on_policy_failure"]) Refuse(path, key, "decision", errors);
        if (config.Policies is null) errors.Add($"{path}.protocol", NoPolicies);
    }

    private static void Refuse(string path, string key, string protocol, ConfigErrors errors)
    {
        if (errors.Has($"{path}.{key}")) errors.Add($"{path}.{key}", $"the key means nothing when `protocol` is {protocol}");
    }
}
