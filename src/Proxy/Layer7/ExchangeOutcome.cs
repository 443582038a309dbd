namespace Appliance.Proxy.Layer7;

/// <summary>How one attempt with one server ended, as far as the client is concerned.</summary>
internal enum ExchangeOutcome
{
    /// <summary>The answer is out; the client's connection can go on.</summary>
    Answered,

    /// <summary>The answer is out, or torn; the client's connection ends.</summary>
    Ended,

    /// <summary>The server never saw the request: it may be sent again over another connection.</summary>
    NotBegun,

    /// <summary>The answer was thrown away: another server is held ready (<see cref="RequestTries.TakeOther"/>).</summary>
    PassedOn,

    /// <summary>Nothing has gone to the client: it gets <see cref="ServerExchange.Failure"/>.</summary>
    Failed,
}
