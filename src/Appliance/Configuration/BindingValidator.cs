using System.Net;

namespace Appliance.Configuration;

/// <summary>Checks that no two things listen on one address: listeners, the admin address, the HA port.</summary>
internal static class BindingValidator
{
    /// <summary>Notes every mistake, at the later of the two.</summary>
    public static void Check(ApplianceConfig config, ConfigErrors errors)
    {
        Dictionary<IPEndPoint, string> taken = [];
        for (int i = 0; i < config.Listeners.Length; i++) Bind(config.Listeners[i].Address, $"listeners[{i}].address", taken, errors);
        Bind(config.Admin.Address, "admin.address", taken, errors);
        if (config.Ha is not { Address: { } address } ha || !errors.IsSound("ha.address")) return;
        foreach (IPAddress local in (IPAddress[])[address, IPAddress.Any]) Bind(new IPEndPoint(local, ha.Port), "ha.port", taken, errors);
    }

    private static void Bind(IPEndPoint address, string path, Dictionary<IPEndPoint, string> taken, ConfigErrors errors)
    {
        if (!errors.IsSound(path)) return;
        if (taken.TryAdd(address, path) && !taken.ContainsKey(Sibling(address))) return;
        string earlier = taken[address] == path ? taken[Sibling(address)] : taken[address];
        errors.Add(path, $"{address} is already taken by {earlier}");
    }

    /// <summary>A socket on [::] takes IPv4 as well; for any other address there is none.</summary>
    private static IPEndPoint Sibling(IPEndPoint address)
    {
        if (address.Address.Equals(IPAddress.Any)) return new(IPAddress.IPv6Any, address.Port);
        return address.Address.Equals(IPAddress.IPv6Any) ? new(IPAddress.Any, address.Port) : new(IPAddress.None, 0);
    }
}
