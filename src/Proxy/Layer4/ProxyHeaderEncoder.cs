using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer4;

/// <summary>Puts a PROXY protocol header in front of what goes to a server.</summary>
internal static class ProxyHeaderEncoder
{
    /// <summary>Queues the header on a server connection that has sent nothing yet; it leaves with the first flush.</summary>
    /// <param name="server">Where it goes.</param>
    /// <param name="version">Which of the two.</param>
    /// <param name="client">On whose behalf: the client it stands for is the source, its own address here the destination.</param>
    internal static void Queue(ConnectionWriter server, ProxyProtocolVersion version, Connection client)
    {
        SocketAddress source = client.Client;
        SocketAddress target = client.IsClosed ? default : Sockets.LocalAddress(client.Descriptor);
        Span<byte> header = server.GetSpan(ProxyHeaderV1.MaximumLength);
        server.Advance(version == ProxyProtocolVersion.V1
            ? ProxyHeaderV1.Write(header, source, target)
            : ProxyHeaderV2.Write(header, source, target));
    }

    /// <summary>Queues the header of a connection of our own (a health check), which is on nobody's behalf: UNKNOWN, or LOCAL.</summary>
    internal static void QueueOwn(ConnectionWriter server, ProxyProtocolVersion version)
    {
        Span<byte> header = server.GetSpan(ProxyHeaderV1.MaximumLength);
        server.Advance(version == ProxyProtocolVersion.V1 ? ProxyHeaderV1.Write(header, default, default) : ProxyHeaderV2.WriteLocal(header));
    }
}
