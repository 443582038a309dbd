using Appliance.Hosting;
using Appliance.Limiter;
using Appliance.Proxy;

namespace Appliance.Admin;

/// <summary>`/metrics`: every family, once. The cost follows the config's size, not the traffic.</summary>
internal static class MetricsDocument
{
    public static void Answer(LocalExchange exchange, DaemonSnapshot daemon)
    {
        exchange.ContentType = MetricsWriter.ContentType;
        var metrics = new MetricsWriter(exchange.Output);
        ProcessMetrics.Write(metrics, daemon);
        HaMetrics.Write(metrics, daemon.Ha);
        BundleMetrics.Write(metrics, daemon);
        DecisionMetrics.Write(metrics, daemon);
        LimiterMetrics.Write(metrics, daemon);
        if (daemon.Compatibility == PolicyCompatibility.Fairvisor) FairvisorMetrics.Write(metrics, daemon);
        ProxyMetrics.Write(metrics, daemon.Proxy);
    }
}
