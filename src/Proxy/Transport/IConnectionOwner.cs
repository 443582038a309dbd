namespace Appliance.Proxy.Transport;

/// <summary>
/// Told of events that arrive while no read waits: a client that resets while the upstream works, an idle server connection that closes.
/// </summary>
internal interface IConnectionOwner
{
    /// <summary>Something arrived and nobody was reading. On the loop.</summary>
    /// <param name="connection">Which one.</param>
    /// <param name="finished">The peer has sent FIN.</param>
    /// <param name="reset">The connection is broken: nothing can be delivered any more.</param>
    void OnUnattended(Connection connection, bool finished, bool reset);
}
