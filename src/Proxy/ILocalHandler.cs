namespace Appliance.Proxy;

/// <summary>Answers the requests of a Local listener.</summary>
public interface ILocalHandler
{
    /// <summary>
    /// Called on the event loop of the connection; it must not block. Whatever is slow is awaited: the exchange stays valid until the
    /// returned task completes, from any thread. An exception is logged and answered with 500.
    /// </summary>
    ValueTask HandleAsync(LocalExchange exchange);
}
