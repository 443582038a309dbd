using Appliance.Proxy.Interop;
using Appliance.Proxy.Layer7;

namespace Appliance.Proxy.Layer4;

/// <summary>What a parser of PROXY protocol headers found.</summary>
internal readonly struct ProxyHeader
{
    private ProxyHeader(HeadProgress progress, ProxyHeaderRefusal refusal, int length, bool namesClient, in SocketAddress client)
    {
        Progress = progress;
        Refusal = refusal;
        Length = length;
        NamesClient = namesClient;
        Client = client;
    }

    /// <summary>More bytes are needed.</summary>
    internal static ProxyHeader Incomplete => default;

    /// <summary>How far it came.</summary>
    internal HeadProgress Progress { get; }

    /// <summary>Why not, when refused.</summary>
    internal ProxyHeaderRefusal Refusal { get; }

    /// <summary>Bytes of the whole header when complete; what follows belongs to the client.</summary>
    internal int Length { get; }

    /// <summary>False: the header names nobody (LOCAL, UNKNOWN, UNSPEC, a Unix socket): the peer itself is the client.</summary>
    internal bool NamesClient { get; }

    /// <summary>Address and port of the client, when named.</summary>
    internal SocketAddress Client { get; }

    internal static ProxyHeader Refused(ProxyHeaderRefusal refusal) => new(HeadProgress.Refused, refusal, 0, false, default);

    internal static ProxyHeader OfPeer(int length) => new(HeadProgress.Complete, ProxyHeaderRefusal.None, length, false, default);

    internal static ProxyHeader Of(int length, in SocketAddress client) =>
        new(HeadProgress.Complete, ProxyHeaderRefusal.None, length, true, client);
}
