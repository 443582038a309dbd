using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer4;

/// <summary>Takes the PROXY protocol header off the front of a connection.</summary>
internal static class ProxyHeaderReader
{
    /// <summary>Reads exactly the header; what follows stays in the kernel. The client it names becomes <see cref="Connection.Client"/>.</summary>
    /// <returns>None, or why the connection must be refused.</returns>
    internal static async ValueTask<ProxyHeaderRefusal> ReadAsync(Connection connection, long timeoutNs)
    {
        ProxyHeader header = default;
        HeadProgress progress = await FirstBytes.PeekAsync(
            connection, connection.Loop.NowNs + timeoutNs, bytes => (header = ProxyHeaderParser.Parse(bytes)).Progress);
        if (progress == HeadProgress.Refused) return header.Refusal;
        if (progress == HeadProgress.Incomplete) return connection.Error == ConnectionError.TimedOut ? ProxyHeaderRefusal.TimedOut : ProxyHeaderRefusal.Ended;
        FirstBytes.Drop(connection, header.Length);
        if (header.NamesClient) connection.Client = header.Client;
        return ProxyHeaderRefusal.None;
    }
}
