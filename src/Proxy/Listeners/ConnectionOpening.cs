using Appliance.Proxy.Layer4;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Listeners;

/// <summary>
/// What happens between accept and the listener's handler, on listeners that need it: first the PROXY protocol header, because it comes before
/// anything that the client itself has sent, then the TLS handshake, which belongs to the client's own stream.
/// </summary>
internal static class ConnectionOpening
{
    /// <summary>Opens the connection and hands it to the snapshot's handler, or closes it.</summary>
    internal static async Task RunAsync(Connection connection, Listener listener, ListenerSnapshot snapshot, ILogger log)
    {
        ListenerCounters counters = listener.Counters(connection.Loop);
        bool opened = false;
        try
        {
            opened = await OpenAsync(connection, listener, snapshot, log);
        }
        catch (Exception error)
        {
            ProxyLog.HandlerFailed(log, error);
            connection.Abort(ConnectionError.Aborted);
        }

        if (opened)
        {
            snapshot.Handler.Accept(connection, listener);
            return;
        }

        counters.Active--;
        counters.ReceivedBytes += connection.Reader.TotalBytes;
        connection.Close();
    }

    private static async ValueTask<bool> OpenAsync(Connection connection, Listener listener, ListenerSnapshot snapshot, ILogger log)
    {
        ListenerCounters counters = listener.Counters(connection.Loop);
        if (snapshot.ExpectsProxyHeader(connection.Remote))
        {
            ProxyHeaderRefusal refusal = await ProxyHeaderReader.ReadAsync(connection, snapshot.Timeouts.RequestHeader);
            if (refusal != ProxyHeaderRefusal.None)
            {
                counters.CountProxyHeader(refusal);
                connection.Abort(ConnectionError.Aborted);
                return false;
            }

            // Its limits could not be asked about before: until now only its proxy was known.
            AdmissionRule rule = connection.Lease?.Identify(connection.ClientAddress, isPeer: false) ?? AdmissionRule.None;
            if (rule != AdmissionRule.None)
            {
                listener.Refusals.Count(rule);
                connection.Abort(ConnectionError.Aborted);
                return false;
            }
        }

        return snapshot.Tls is null || await SecureAsync(connection, snapshot, counters, log);
    }

    /// <summary>Makes the TLS handshake, within the time for a request's header, and counts it.</summary>
    private static async ValueTask<bool> SecureAsync(Connection connection, ListenerSnapshot snapshot, ListenerCounters counters, ILogger log)
    {
        long deadlineNs = connection.Loop.NowNs + snapshot.Timeouts.RequestHeader;
        if (!await connection.StartTlsServerAsync(snapshot.Tls!, deadlineNs))
        {
            counters.FailedHandshakes++;
            ProxyLog.HandshakeFailed(log, snapshot.Settings.Name, connection.Tls?.Failure ?? "out of memory");
            return false;
        }

        counters.Handshakes++;
        if (connection.Tls!.IsResumed) counters.ResumedHandshakes++;
        return true;
    }
}
