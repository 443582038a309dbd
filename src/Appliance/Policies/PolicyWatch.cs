using Appliance.Hosting;
using Appliance.Limiter;
using Microsoft.Extensions.Logging;

namespace Appliance.Policies;

/// <summary>
/// Says once a minute what operators should look into: keys that found no room in the table (policies.md A3), and descriptors that requests lack
/// (part B section 5, row 37). One thread.
/// </summary>
internal sealed class PolicyWatch(PolicyEngine engine, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>A bundle with thousands of wrong rules shall not fill the journal; metrics have all of them.</summary>
    private const int MostLines = 10;

    private readonly Dictionary<(string Policy, string Rule), long> _full = [];
    private readonly Dictionary<(string Policy, string Key), long> _misses = [];
    private long _next = time.GetTimestamp() + (long)(Interval.TotalSeconds * time.TimestampFrequency);

    /// <summary>Compares with the last look when a minute is over; called about each second.</summary>
    public void Look()
    {
        long now = time.GetTimestamp();
        if (now < _next) return;
        _next = now + (long)(Interval.TotalSeconds * time.TimestampFrequency);
        PolicyStatistics statistics = engine.GetStatistics();
        int lines = 0;
        foreach (TableFullCount full in statistics.TableFull)
        {
            long more = Since(_full, (full.Policy, full.Rule), full.Count);
            if (more > 0 && lines++ < MostLines) ApplianceLog.TableFull(log, more, full.Policy, full.Rule);
        }

        foreach (DescriptorMissCount miss in statistics.DescriptorMisses)
        {
            long more = Since(_misses, (miss.Policy, miss.Key), miss.Count);
            if (more > 0 && lines++ < MostLines) ApplianceLog.DescriptorMissing(log, more, miss.Policy, engine.Current?.RouteOf(miss.Policy) ?? "", miss.Key);
        }
    }

    private static long Since(Dictionary<(string, string), long> before, (string, string) name, long count)
    {
        long more = count - before.GetValueOrDefault(name);
        before[name] = count;
        return more;
    }
}
