namespace Appliance.Proxy.Upstreams;

/// <summary>Outcomes of statuses.</summary>
internal static class ServerOutcomes
{
    /// <summary>The outcome of a response that arrived whole.</summary>
    internal static ServerOutcome OfStatus(int status) => status switch
    {
        502 or 503 or 504 => ServerOutcome.Failed,
        >= 500 => ServerOutcome.Fault,
        _ => ServerOutcome.Good,
    };
}
