using System.Globalization;
using Appliance.Configuration;

namespace Appliance.Failover;

/// <summary>Feeds the meter from the kernel's counter and tells the election. One caller; <see cref="Monitor"/> for any reader.</summary>
internal sealed class BandwidthWatch
{
    private readonly BandwidthConfig _config;
    private readonly IRoleNode _node;
    private readonly Func<ulong?> _counter;
    private readonly BandwidthMeter _meter;
    private volatile MonitorReport _monitor;
    private bool? _enough;

    /// <param name="config">What is watched.</param>
    /// <param name="node">Gets the verdicts.</param>
    /// <param name="counter">Bytes received; null: not readable. <see cref="CounterOf"/> in the daemon.</param>
    public BandwidthWatch(BandwidthConfig config, IRoleNode node, Func<ulong?> counter)
    {
        _config = config;
        _node = node;
        _counter = counter;
        _meter = new BandwidthMeter(config.MinimumBitsPerSecond, (long)config.Interval.TotalNanoseconds);
        _monitor = new MonitorReport("bandwidth", true, "not measured yet");
    }

    /// <summary>What was found at the last look.</summary>
    public MonitorReport Monitor => _monitor;

    /// <summary>The last rate in bits per second; null: none.</summary>
    public double? Rate => _meter.Rate;

    /// <summary>The counter of an interface of this network namespace.</summary>
    public static Func<ulong?> CounterOf(string name) => () =>
    {
        try
        {
            string text = File.ReadAllText($"/sys/class/net/{name}/statistics/rx_bytes");
            return ulong.TryParse(text.AsSpan().TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong bytes) ? bytes : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    };

    public void Look(bool active, long nowNs)
    {
        ulong? bytes = _counter();
        bool? verdict = _meter.Look(active, bytes, nowNs);
        if (verdict is { } enough)
        {
            _enough = enough;
            _node.ReportBandwidth(enough);
        }

        if (_meter.Rate is null) _enough = null;
        _monitor = new MonitorReport("bandwidth", bytes is not null && _enough is not false, Detail(active, bytes is not null));
    }

    private string Detail(bool active, bool readable)
    {
        if (!readable) return $"{_config.Interface}: its counters cannot be read";
        if (!active) return $"{_config.Interface}: measured while active";
        string minimum = UnitTable.BitsPerSecond.Format(_config.MinimumBitsPerSecond);
        string rate = _meter.Rate is { } bits ? string.Create(CultureInfo.InvariantCulture, $"{bits / 1e6:0.###}Mbps") : "nothing measured yet";
        return $"{_config.Interface}: {rate}, at least {minimum} needed";
    }
}
