namespace Appliance.Configuration;

/// <summary>The `ha.bandwidth_monitoring` section, when it is enabled. Immutable.</summary>
/// <param name="Interface">Whose received bytes are counted.</param>
/// <param name="MinimumBitsPerSecond">Less than this is too little.</param>
/// <param name="Interval">The rate is averaged over this long.</param>
internal sealed record BandwidthConfig(string Interface, long MinimumBitsPerSecond, TimeSpan Interval);
