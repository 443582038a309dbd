using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Upstreams;

/// <summary>A connection to a server: in use by one exchange, or parked.</summary>
internal sealed class ServerConnection : IConnectionOwner
{
    private bool _parked;

    internal ServerConnection(LoopServer server, LoopServer holder, Connection connection)
    {
        Server = server;
        Holder = holder;
        Connection = connection;
        connection.Owner = this;
    }

    internal LoopServer Server { get; }

    /// <summary>What its present user got from the pool and concludes: the server, or its probe.</summary>
    internal LoopServer Holder { get; private set; }

    internal Connection Connection { get; }

    /// <summary>True when an earlier exchange went over it: the server may have closed it just as we write.</summary>
    internal bool IsReused { get; private set; }

    /// <summary>When it became idle, monotonic ns.</summary>
    internal long ParkedNs { get; private set; }

    internal void Park(long nowNs)
    {
        _parked = true;
        ParkedNs = nowNs;
        Connection.Reader.DropBuffer();
    }

    internal void Take()
    {
        _parked = false;
        IsReused = true;
        Holder = Server;
    }

    /// <inheritdoc/>
    public void OnUnattended(Connection connection, bool finished, bool reset)
    {
        // In use: whoever reads next finds out. Parked: whatever comes, FIN or unasked bytes, makes it useless; but not a late session ticket.
        if (_parked && (reset || connection.Reader.HasNews())) Server.OnIdleLost(this);
    }
}
