using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Limiter;

namespace Appliance.Proxy.Listeners;

/// <summary>The networks whose headers are believed, compiled so that a lookup allocates nothing. Immutable.</summary>
internal sealed class TrustedNetworks
{
    private const int MappedPrefixLength = 96;

    private readonly (UInt128 Prefix, UInt128 Mask)[] _networks;

    public TrustedNetworks(ImmutableArray<IPNetwork> networks)
    {
        _networks = new (UInt128, UInt128)[networks.Length];
        for (int at = 0; at < networks.Length; at++)
        {
            IPNetwork network = networks[at];
            int length = network.PrefixLength
                + (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? MappedPrefixLength : 0);
            UInt128 mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - length);
            _networks[at] = (ClientAddress.From(network.BaseAddress).Bits & mask, mask);
        }
    }

    public bool Contains(ClientAddress address)
    {
        foreach ((UInt128 prefix, UInt128 mask) in _networks)
        {
            if ((address.Bits & mask) == prefix) return true;
        }

        return false;
    }
}
