using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Listeners;

/// <summary>Time limits as the loops count: nanoseconds.</summary>
internal sealed class TimeoutsNs(TimeoutSettings settings)
{
    internal long Connect { get; } = Ns(settings.Connect);

    internal long RequestHeader { get; } = Ns(settings.RequestHeader);

    internal long Idle { get; } = Ns(settings.Idle);

    internal long Response { get; } = Ns(settings.Response);

    internal long Tunnel { get; } = Ns(settings.Tunnel);

    private static long Ns(TimeSpan span) => span.Ticks * 100;
}
