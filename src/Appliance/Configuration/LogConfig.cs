using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The `log` section. Immutable.</summary>
internal sealed record LogConfig
{
    /// <summary>The least severe level that is written.</summary>
    public required LogThreshold Level { get; init; }

    /// <summary>Which requests are written to the access log.</summary>
    public required AccessLogMode Access { get; init; }
}
