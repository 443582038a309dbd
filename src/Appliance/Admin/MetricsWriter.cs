using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>
/// Prometheus text format 0.0.4. A family is announced once (HELP, TYPE) and all of its samples follow; the caller keeps that order.
/// </summary>
internal sealed class MetricsWriter(IBufferWriter<byte> output)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private string _family = "";

    public void Counter(string name, string help) => Begin(name, "counter", help);

    public void Gauge(string name, string help) => Begin(name, "gauge", help);

    public void Histogram(string name, string help) => Begin(name, "histogram", help);

    public void Sample(double value, params ReadOnlySpan<(string Name, string Value)> labels) => Line("", labels, "", value);

    /// <param name="bounds">Upper bounds in the unit of the family, rising.</param>
    /// <param name="counts">One more than bounds: observations per bucket (not yet summed), the last above every bound.</param>
    /// <param name="sum">Sum of all observations.</param>
    /// <param name="labels">Labels of every line.</param>
    public void Buckets(
        ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        long total = 0;
        for (int at = 0; at < counts.Length; at++)
        {
            total += counts[at];
            Line("_bucket", labels, at < bounds.Length ? Number(bounds[at]) : "+Inf", total);
        }

        Line("_sum", labels, "", sum);
        Line("_count", labels, "", total);
    }

    /// <summary>The same of a histogram of whole numbers.</summary>
    /// <param name="histogram">Bounds and sum in another unit than the family's.</param>
    /// <param name="unit">What one of them is worth in the family's unit.</param>
    public void Buckets(HistogramCount histogram, double unit)
    {
        double[] bounds = [.. histogram.Bounds.Select(bound => Math.Round(bound * unit, 9))];
        Buckets(bounds, histogram.Counts.AsSpan(), histogram.Sum * unit);
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Begin(string name, string type, string help)
    {
        _family = name;
        Put("# HELP "u8);
        Put(name);
        Put(" "u8);
        Put(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
        Put("\n# TYPE "u8);
        Put(name);
        Put(" "u8);
        Put(type);
        Put("\n"u8);
    }

    private void Line(string suffix, ReadOnlySpan<(string Name, string Value)> labels, string bound, double value)
    {
        Put(_family);
        Put(suffix);
        if (labels.Length > 0 || bound.Length > 0)
        {
            Put("{"u8);
            for (int at = 0; at < labels.Length; at++)
            {
                if (at > 0) Put(","u8);
                Label(labels[at].Name, labels[at].Value);
            }

            if (bound.Length > 0)
            {
                if (labels.Length > 0) Put(","u8);
                Label("le", bound);
            }

            Put("}"u8);
        }

        Put(" "u8);
        PutValue(value);
        Put("\n"u8);
    }

    private void Label(string name, string value)
    {
        Put(name);
        Put("=\""u8);
        if (value.AsSpan().IndexOfAny('\\', '"', '\n') < 0)
        {
            Put(value);
        }
        else
        {
            Put(value.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal));
        }

        Put("\""u8);
    }

    private void PutValue(double value)
    {
        if (Math.Abs(value) < 9e15 && value == Math.Floor(value))
        {
            Span<byte> place = output.GetSpan(24);
            Utf8Formatter.TryFormat((long)value, place, out int written);
            output.Advance(written);
            return;
        }

        Put(Number(value));
    }

    private void Put(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    private void Put(string text) => Encoding.UTF8.GetBytes(text, output);
}
