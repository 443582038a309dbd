using System.Runtime.CompilerServices;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Layer4;

/// <summary>The tcp protocol: each client connection gets one to a server of the listener's upstream.</summary>
internal sealed class TcpHandler(ILogger log) : IConnectionHandler
{
    /// <inheritdoc/>
    public void Accept(Connection connection, Listener listener) => _ = RunAsync(connection, listener);

    private async LoopJob RunAsync(Connection client, Listener listener)
    {
        ListenerSnapshot snapshot = listener.Snapshot;
        ServerConnection? server = null;
        try
        {
            UpstreamPool? pool = await ChoosePoolAsync(client, listener, snapshot);
            if (pool is not null) server = await ConnectAsync(pool.On(client.Loop), client, snapshot.Timeouts.Connect);
            if (server is not null) await Tunnel.RunAsync(client, server.Connection, snapshot.Timeouts.Tunnel);
            else client.Abort(ConnectionError.Aborted);
        }
        catch (Exception error)
        {
            ProxyLog.HandlerFailed(log, error);
            client.Abort(ConnectionError.Aborted);
        }

        if (server is not null)
        {
            server.Server.Discard(server);
            server.Holder.Release();
        }

        ListenerCounters counters = listener.Counters(client.Loop);
        counters.Active--;
        counters.ReceivedBytes += client.Reader.TotalBytes;
        counters.SentBytes += client.Writer.TotalBytes;
        client.Close();
    }

    /// <summary>By SNI when there are routes; TLS that ends here has no more to say in the choice.</summary>
    private static ValueTask<UpstreamPool?> ChoosePoolAsync(Connection client, Listener listener, ListenerSnapshot snapshot) =>
        snapshot.Settings.Routes.IsEmpty || !client.CanSplice
            ? new(snapshot.Pool)
            : SniRouter.FindAsync(client, snapshot, listener.Counters(client.Loop));

    /// <summary>Each server once, in the pool's order, until one accepts; null: none did.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<ServerConnection?> ConnectAsync(LoopPool pool, Connection client, long timeoutNs)
    {
        ulong tried = 0;
        ulong key = pool.KeyOf(client.ClientAddress);
        while (client.Error == ConnectionError.None && await pool.NextAsync(tried, key) is { } server)
        {
            if (client.Error != ConnectionError.None)
            {
                // Gone while it waited for a server.
                server.Conclude(ServerOutcome.Unknown);
                return null;
            }

            tried |= server.Mask;
            if (await server.ConnectAsync(pool.Loop.NowNs + timeoutNs, client, out ServerConnection connection))
            {
                server.OnConnected();
                server.Report(ServerOutcome.Good);
                return connection;
            }

            server.OnConnectFailed(connection);
            server.Conclude(ServerOutcome.Failed);
        }

        return null;
    }
}
