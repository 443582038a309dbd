namespace Appliance.Admin;

/// <summary>One family of metrics of things of one kind, such as listeners. A new figure is one entry in a table of these.</summary>
/// <param name="Name">As Prometheus sees it.</param>
/// <param name="IsCounter">True: a counter; false: a gauge.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Samples">The samples of one thing, each with one more label, or "" for none.</param>
internal sealed record MetricFamily<T>(string Name, bool IsCounter, string Help, Func<T, IEnumerable<(string Label, string Value, double Number)>> Samples)
{
    /// <summary>A counter without further labels.</summary>
    public static MetricFamily<T> Counter(string name, string help, Func<T, double> number) => new(name, true, help, thing => [("", "", number(thing))]);

    /// <summary>A gauge without further labels.</summary>
    public static MetricFamily<T> Gauge(string name, string help, Func<T, double> number) => new(name, false, help, thing => [("", "", number(thing))]);

    /// <summary>Writes the family for all things; one without any sample is not announced.</summary>
    /// <param name="metrics">Where to.</param>
    /// <param name="things">Each with the labels that tell it from the others.</param>
    public void Write(MetricsWriter metrics, IReadOnlyList<(T Thing, (string Name, string Value)[] Labels)> things)
    {
        bool announced = false;
        foreach ((T thing, (string, string)[] labels) in things)
        {
            foreach ((string label, string value, double number) in Samples(thing))
            {
                if (!announced) Announce(metrics);
                announced = true;
                if (label.Length == 0) metrics.Sample(number, labels);
                else metrics.Sample(number, [.. labels, (label, value)]);
            }
        }
    }

    private void Announce(MetricsWriter metrics)
    {
        if (IsCounter) metrics.Counter(Name, Help);
        else metrics.Gauge(Name, Help);
    }
}
