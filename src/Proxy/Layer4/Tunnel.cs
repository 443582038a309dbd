using Appliance.Proxy.Interop;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer4;

/// <summary>
/// Relays bytes both ways until both sides have finished, keeping half-close: a FIN from one side is passed on, the other goes on. A side that breaks
/// breaks the other, with RST, whatever either was doing: nobody may take a torn stream for a finished one.
/// </summary>
internal sealed class Tunnel : IConnectionOwner
{
    private readonly Connection _client;
    private readonly Connection _server;

    private Tunnel(Connection client, Connection server)
    {
        _client = client;
        _server = server;
    }

    /// <summary>Runs until the end; the caller closes both connections. On their common loop.</summary>
    /// <param name="client">One side.</param>
    /// <param name="server">The other.</param>
    /// <param name="idleNs">Both are given up when neither sent a byte for so long.</param>
    /// <returns>Complete when both sides finished in order.</returns>
    internal static async Task<RelayEnd> RunAsync(Connection client, Connection server, long idleNs)
    {
        var tunnel = new Tunnel(client, server);
        (IConnectionOwner? ofClient, IConnectionOwner? ofServer) = (client.Owner, server.Owner);
        client.Owner = server.Owner = tunnel;
        client.Writer.TimeoutNs = server.Writer.TimeoutNs = idleNs;
        var activity = new TunnelActivity(client.Loop, idleNs);
        Task<RelayEnd> up = OneWayAsync(client, server, activity);
        RelayEnd down = await OneWayAsync(server, client, activity);
        RelayEnd other = await up;
        client.Owner = ofClient;
        server.Owner = ofServer;
        return down != RelayEnd.Complete ? down : other;
    }

    /// <inheritdoc/>
    public void OnUnattended(Connection connection, bool finished, bool reset)
    {
        // A hang-up without an error is the regular end of both halves. A reset is seen here when nobody reads: its half has ended before, or
        // waits for the other side to take what it has.
        if (!reset || SocketOptions.TakeError(connection.Descriptor) == 0) return;
        connection.MarkError(ConnectionError.Reset);
        _client.Abort(ConnectionError.Aborted);
        _server.Abort(ConnectionError.Aborted);
    }

    private static async Task<RelayEnd> OneWayAsync(Connection source, Connection sink, TunnelActivity activity)
    {
        RelayEnd end = await new TunnelDirection(source, sink, activity).RunAsync();
        if (end == RelayEnd.Complete)
        {
            sink.Writer.Complete();
            return end;
        }

        source.Abort(ConnectionError.Aborted);
        sink.Abort(ConnectionError.Aborted);
        return end;
    }
}
