using System.Net;
using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Admission;

/// <summary>A listener whose offenders the kernel drops, with a set of its own for each family.</summary>
/// <param name="Id">Never used again within this process; names the sets.</param>
/// <param name="Address">Where it listens; an unspecified address is all of them.</param>
/// <param name="IsDatagram">udp; tcp otherwise.</param>
/// <param name="Ipv6PrefixLength">What IPv6 clients are told apart by.</param>
internal sealed record OffloadTarget(int Id, IPEndPoint Address, bool IsDatagram, int Ipv6PrefixLength)
{
    internal bool HasIPv4 => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork || IsDualStack;

    internal bool HasIPv6 => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>Null: every address of ours.</summary>
    internal IPAddress? Destination => Address.Address.Equals(IPAddress.Any) || IsDualStack ? null : Address.Address;

    private bool IsDualStack => Address.Address.Equals(IPAddress.IPv6Any);

    internal string SetName(bool ipv4) => $"offenders{(ipv4 ? 4 : 6)}_{Id}";

    internal bool Fits(IPEndPoint address, ListenerSettings settings) =>
        Address.Equals(address) && IsDatagram == (settings.Protocol == ListenerProtocol.Udp)
        && Ipv6PrefixLength == settings.Admission?.Ipv6PrefixLength;
}
