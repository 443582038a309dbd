using System.Buffers;
using System.Text;
using Appliance.Admin;

namespace Appliance.Tests.Admin;

public sealed class MetricFamilyTests
{
    private static readonly (int, (string, string)[])[] Things = [(1, [("listener", "a")]), (2, [("listener", "b")])];

    [Fact]
    public void FamilyIsAnnouncedOnceAndItsOwnLabelComesLast()
    {
        MetricFamily<int> family = new("t_total", true, "Help.", n => Enumerable.Range(0, n).Select(i => ("rule", $"r{i}", (double)i)));

        Assert.Equal(
            "# HELP t_total Help.\n# TYPE t_total counter\nt_total{listener=\"a\",rule=\"r0\"} 0\nt_total{listener=\"b\",rule=\"r0\"} 0\nt_total{listener=\"b\",rule=\"r1\"} 1\n",
            Text(family));
    }

    [Fact]
    public void PlainFigureHasTheLabelsOfItsThingAlone() => Assert.Equal(
        "# HELP g Help.\n# TYPE g gauge\ng{listener=\"a\"} 1\ng{listener=\"b\"} 2\n", Text(MetricFamily<int>.Gauge("g", "Help.", n => n)));

    [Fact]
    public void FamilyWithoutASampleIsNotAnnounced() => Assert.Empty(Text(new MetricFamily<int>("t", false, "Help.", _ => [])));

    private static string Text(MetricFamily<int> family)
    {
        ArrayBufferWriter<byte> output = new();
        family.Write(new MetricsWriter(output), Things);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
