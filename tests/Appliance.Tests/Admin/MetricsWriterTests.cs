using System.Buffers;
using System.Text;
using Appliance.Admin;

namespace Appliance.Tests.Admin;

public sealed class MetricsWriterTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void AFamilyIsAnnouncedOnceAndItsSamplesFollow()
    {
        var writer = new MetricsWriter(_output);
        writer.Counter("a_total", "Things.");
        writer.Sample(3, ("kind", "x"), ("code", "2xx"));
        writer.Sample(0.5);
        Assert.Equal("# HELP a_total Things.\n# TYPE a_total counter\na_total{kind=\"x\",code=\"2xx\"} 3\na_total 0.5\n", Text());
    }

    [Fact]
    public void LabelValuesAndHelpAreEscaped()
    {
        var writer = new MetricsWriter(_output);
        writer.Gauge("g", "one\ntwo\\");
        writer.Sample(1, ("v", "a\"b\\c\nd"));
        Assert.Equal("# HELP g one\\ntwo\\\\\n# TYPE g gauge\ng{v=\"a\\\"b\\\\c\\nd\"} 1\n", Text());
    }

    [Fact]
    public void AHistogramIsCumulativeAndEndsWithInfinity()
    {
        var writer = new MetricsWriter(_output);
        writer.Histogram("h_seconds", "Time.");
        writer.Buckets([0.001, 0.01], [5, 2, 1], 0.25, ("api", "decision"));
        Assert.Equal(
            "# HELP h_seconds Time.\n# TYPE h_seconds histogram\n"
            + "h_seconds_bucket{api=\"decision\",le=\"0.001\"} 5\nh_seconds_bucket{api=\"decision\",le=\"0.01\"} 7\n"
            + "h_seconds_bucket{api=\"decision\",le=\"+Inf\"} 8\nh_seconds_sum{api=\"decision\"} 0.25\nh_seconds_count{api=\"decision\"} 8\n",
            Text());
    }

    [Fact]
    public void SpecialNumbersHaveTheirPrometheusNames()
    {
        var writer = new MetricsWriter(_output);
        writer.Gauge("g", "x");
        writer.Sample(double.NaN);
        writer.Sample(double.PositiveInfinity);
        Assert.EndsWith("g NaN\ng +Inf\n", Text(), StringComparison.Ordinal);
    }

    private string Text() => Encoding.UTF8.GetString(_output.WrittenSpan);
}
