using System.Globalization;

namespace Integration.Lab;

/// <summary>The figures a probe printed at its end.</summary>
internal sealed class ProbeReport
{
    private readonly Dictionary<string, double> _values = [];

    public ProbeReport(string log)
    {
        foreach (string line in log.Split('\n'))
        {
            int at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0) _values[line[..at]] = double.Parse(line[(at + 1)..], CultureInfo.InvariantCulture);
        }

        Text = log;
    }

    public string Text { get; }

    /// <summary>The longest time without an answer, whatever became of the requests in between.</summary>
    public double LongestGapMs => _values["longest_gap_ms"];

    public double Attempts => _values["attempts"];

    public double Answers => _values["answers"];

    public double Errors => _values["errors"];

    /// <summary>
    /// What the busy machine was good for without the event that was measured: the second longest gap, or how late the probe
    /// itself was. Bounds are widened by it.
    /// </summary>
    public double NoiseMs => Math.Max(_values["second_gap_ms"], _values["probe_late_ms"]);

    public double Value(string key) => _values.GetValueOrDefault(key);
}
