namespace Appliance.Proxy.Configuration;

/// <summary>Which requests are written to the access log.</summary>
public enum AccessLogMode
{
    /// <summary>None.</summary>
    Off,

    /// <summary>Every failed one (5xx, torn), and up to one hundred others a second.</summary>
    Sampled,

    /// <summary>Each; what the writer cannot take in time is dropped and counted.</summary>
    All,
}
