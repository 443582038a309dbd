using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Listeners;

/// <summary>What a protocol does with a connection that a listener accepted.</summary>
internal interface IConnectionHandler
{
    /// <summary>Takes the connection over, on its loop; closes it in the end.</summary>
    void Accept(Connection connection, Listener listener);
}
