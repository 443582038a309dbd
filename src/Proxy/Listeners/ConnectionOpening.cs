using Appliance.Proxy.Layer4;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Listeners;

/// <summary>
/// What happens between accept and the listener's handler, on listeners that need it: first the PROXY protocol header, because it comes before
/// anything that the client itself has sent, then what belongs to the client's own stream.
/// </summary>
internal static class ConnectionOpening
{
    /// <summary>Opens the connection and hands it to the snapshot's handler, or closes it with RST.</summary>
    internal static async Task RunAsync(Connection connection, Listener listener, ListenerSnapshot snapshot, ILogger log)
    {
        ListenerCounters counters = listener.Counters(connection.Loop);
        bool opened = false;
        try
        {
            opened = await OpenAsync(connection, snapshot, counters);
        }
        catch (Exception error)
        {
            ProxyLog.HandlerFailed(log, error);
        }

        if (opened)
        {
            snapshot.Handler.Accept(connection, listener);
            return;
        }

        counters.Active--;
        counters.ReceivedBytes += connection.Reader.TotalBytes;
        connection.Abort(ConnectionError.Aborted);
        connection.Close();
    }

    private static async ValueTask<bool> OpenAsync(Connection connection, ListenerSnapshot snapshot, ListenerCounters counters)
    {
        if (snapshot.ExpectsProxyHeader(connection.Remote))
        {
            ProxyHeaderRefusal refusal = await ProxyHeaderReader.ReadAsync(connection, snapshot.Timeouts.RequestHeader);
            if (refusal != ProxyHeaderRefusal.None)
            {
                counters.CountProxyHeader(refusal);
                return false;
            }
        }

        return true;
    }
}
