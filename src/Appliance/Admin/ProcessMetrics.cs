using System.Globalization;
using Appliance.Hosting;

namespace Appliance.Admin;

/// <summary>Families of the process: build, garbage collector, memory, log.</summary>
internal static class ProcessMetrics
{
    public static void Write(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        metrics.Gauge("appliance_build_info", "The running version.");
        metrics.Sample(1, ("version", daemon.Version));
        metrics.Gauge("appliance_ready", "1 when /readyz answers 200.");
        metrics.Sample(daemon.NotReady.Length == 0 ? 1 : 0);
        metrics.Gauge("appliance_start_time_seconds", "When the process became ready to run, in seconds since 1970.");
        metrics.Sample(daemon.StartedAt.ToUnixTimeMilliseconds() / 1000.0);
        metrics.Counter("appliance_config_reloads_total", "Config reloads.");
        metrics.Sample(daemon.ReloadsApplied, ("result", "applied"));
        metrics.Sample(daemon.ReloadsRefused, ("result", "refused"));
        metrics.Counter("appliance_log_dropped_total", "Log entries lost because the output was too slow.");
        metrics.Sample(daemon.LogDropped);
        metrics.Counter("appliance_access_log_dropped_total", "Lines of the access log lost because the output was too slow.");
        metrics.Sample(daemon.AccessLogDropped);
        WriteCollector(metrics, daemon.LongestPause);
    }

    private static void WriteCollector(MetricsWriter metrics, TimeSpan longestPause)
    {
        metrics.Counter("appliance_gc_pause_seconds_total", "Time that garbage collections stopped every thread.");
        metrics.Sample(GC.GetTotalPauseDuration().TotalSeconds);
        metrics.Gauge("appliance_gc_pause_longest_seconds", "The longest such stop since the start.");
        metrics.Sample(longestPause.TotalSeconds);
        metrics.Counter("appliance_gc_collections_total", "Garbage collections by generation.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            metrics.Sample(GC.CollectionCount(generation), ("generation", generation.ToString(CultureInfo.InvariantCulture)));
        }

        metrics.Gauge("appliance_gc_heap_bytes", "Managed memory in use.");
        metrics.Sample(GC.GetTotalMemory(forceFullCollection: false));
        metrics.Gauge("appliance_resident_bytes", "Resident memory of the process.");
        metrics.Sample(Environment.WorkingSet);
    }
}
