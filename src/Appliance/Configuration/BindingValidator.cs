using System.Net;

namespace Appliance.Configuration;

/// <summary>Checks that no two things listen on one address: listeners, the admin address, the HA port. Datagrams and streams do not meet.</summary>
internal static class BindingValidator
{
    /// <summary>Notes every mistake, at the later of the two.</summary>
    public static void Check(ApplianceConfig config, ConfigErrors errors)
    {
        Dictionary<(IPEndPoint Address, bool Datagrams), string> taken = [];
        for (int i = 0; i < config.Listeners.Length; i++)
        {
            ListenerConfig listener = config.Listeners[i];
            for (int j = 0; j < listener.Addresses.Length; j++)
            {
                Bind(listener.Addresses[j], listener.Protocol == TrafficProtocol.Udp, AddressPath(i, j, errors), taken, errors);
            }
        }

        Bind(config.Admin.Address, datagrams: false, "admin.address", taken, errors);
        if (config.Ha is not { Address: { } address } ha || !errors.IsSound("ha.address")) return;
        foreach (IPAddress local in (IPAddress[])[address, IPAddress.Any])
        {
            Bind(new IPEndPoint(local, ha.Port), datagrams: false, "ha.port", taken, errors);
            Bind(new IPEndPoint(local, ha.Port), datagrams: true, "ha.port", taken, errors);
        }
    }

    /// <summary>Where the address of a listener stands: under `address`, or in the list `addresses`.</summary>
    public static string AddressPath(int listener, int address, ConfigErrors errors) =>
        errors.Has($"listeners[{listener}].address") ? $"listeners[{listener}].address" : $"listeners[{listener}].addresses[{address}]";

    private static void Bind(
        IPEndPoint address, bool datagrams, string path, Dictionary<(IPEndPoint Address, bool Datagrams), string> taken, ConfigErrors errors)
    {
        if (!errors.IsSound(path)) return;
        if (taken.TryAdd((address, datagrams), path) && !taken.ContainsKey((Sibling(address), datagrams))) return;
        string earlier = taken[(address, datagrams)] == path ? taken[(Sibling(address), datagrams)] : taken[(address, datagrams)];
        errors.Add(path, $"{address} is already taken by {earlier}");
    }

    /// <summary>A socket on [::] takes IPv4 as well; for any other address there is none.</summary>
    private static IPEndPoint Sibling(IPEndPoint address)
    {
        if (address.Address.Equals(IPAddress.Any)) return new(IPAddress.IPv6Any, address.Port);
        return address.Address.Equals(IPAddress.IPv6Any) ? new(IPAddress.Any, address.Port) : new(IPAddress.None, 0);
    }
}
