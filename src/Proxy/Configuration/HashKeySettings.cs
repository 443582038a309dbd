namespace Appliance.Proxy.Configuration;

/// <summary>What a hash balancer hashes.</summary>
/// <param name="Source">Where the key is.</param>
/// <param name="Name">Of the header or cookie.</param>
public sealed record HashKeySettings(HashSource Source, string? Name = null);

/// <summary>Where a hash balancer finds its key; a request without it is served by smooth rotation.</summary>
public enum HashSource
{
    /// <summary>The client's address.</summary>
    SourceAddress,

    /// <summary>A request header.</summary>
    Header,

    /// <summary>A cookie.</summary>
    Cookie,

    /// <summary>The normalised path.</summary>
    Path,
}
