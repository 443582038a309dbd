namespace Appliance.Proxy.Upstreams;

/// <summary>What a request or connection says about the server that had it; see <see cref="ServerOutcomes"/> for statuses.</summary>
internal enum ServerOutcome
{
    /// <summary>Nothing: the client went away, or a kept connection turned out to be closed. Gives back what was taken and counts for neither side.</summary>
    Unknown,

    /// <summary>It answered.</summary>
    Good,

    /// <summary>It answered with 500, 501 or another 5xx that speaks of the request: a failure to the breaker, an answer to ejection.</summary>
    Fault,

    /// <summary>It could not be reached, broke off, was too slow, or answered 502, 503 or 504.</summary>
    Failed,
}
