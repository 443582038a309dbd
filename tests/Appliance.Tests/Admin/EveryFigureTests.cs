using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Appliance.Hosting;
using Appliance.Proxy;

namespace Appliance.Tests.Admin;

/// <summary>Whatever the data plane reports is seen from outside: changing any one figure changes the metrics or the status document.</summary>
public sealed class EveryFigureTests
{
    [Fact]
    public void EveryPropertyOfTheDataPlanesStatusShowsInMetricsOrStatus()
    {
        DaemonSnapshot daemon = SampleDaemon.Busy();
        string before = Shown(daemon);
        // A figure shows where it means something: TLS of a listener that has it. Once is enough.
        var all = new HashSet<string>();
        var shown = new HashSet<string>();
        foreach ((string name, Action change, Action undo) in Changes(daemon.Proxy, nameof(ProxyStatus)))
        {
            all.Add(name);
            change();
            if (Shown(daemon) != before) shown.Add(name);
            undo();
        }

        // DaemonSnapshot adds what the writer lost to it, and shows the sum.
        shown.Add("ProxyStatus.AccessLogDropped");
        Assert.Empty(all.Except(shown));
        Assert.Equal(before, Shown(daemon));
        // The walk itself: it came to the ends of the tree.
        foreach (string leaf in new[] { "ServerStatus.UnderWay", "UdpStatus.Dropped", "CertificateStatus.NotAfter", "AdmissionStatus.Refused", "LoopStatus.Turns" }) Assert.Contains(leaf, all);
    }

    [Fact]
    public void LostLinesShow()
    {
        DaemonSnapshot daemon = SampleDaemon.Busy();
        Assert.NotEqual(Shown(daemon), Shown(daemon with { AccessLogDropped = 1 }));
        Assert.Contains("appliance_access_log_dropped_total 1", MetricsDocumentTests.Page(daemon with { AccessLogDropped = 1 }), StringComparison.Ordinal);
    }

    private static string Shown(DaemonSnapshot daemon)
    {
        using JsonDocument json = StatusDocumentTests.Write(daemon);
        // What the process says of itself differs from one look to the next.
        IEnumerable<string> lines = MetricsDocumentTests.Page(daemon).Split('\n').Where(line =>
            !line.Contains("appliance_gc_", StringComparison.Ordinal) && !line.Contains("appliance_resident_", StringComparison.Ordinal));
        return json.RootElement.GetRawText() + string.Join('\n', lines);
    }

    /// <summary>One change for each property of a record and of the records below it. Records are immutable to all but this test.</summary>
    private static IEnumerable<(string Name, Action Change, Action Undo)> Changes(object record, string type)
    {
        foreach (PropertyInfo property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(one => one.CanWrite))
        {
            object? old = property.GetValue(record);
            if (Other(property.PropertyType, old) is { } other)
            {
                yield return ($"{type}.{property.Name}", () => property.SetValue(record, other), () => property.SetValue(record, old));
                continue;
            }

            IEnumerable<object> below = old is string or null ? [] : old is IEnumerable many ? many.Cast<object>() : [old];
            foreach (object one in below)
            {
                Assert.True(one.GetType().Namespace!.StartsWith("Appliance.Proxy", StringComparison.Ordinal), $"{type}.{property.Name}: how would it be changed?");
                foreach (var change in Changes(one, one.GetType().Name)) yield return change;
            }
        }
    }

    private static object? Other(Type type, object? value) => value switch
    {
        string when type == typeof(string) => "another",
        null when type == typeof(string) => "another",
        long number => number + 1000,
        int number => number + 1000,
        bool flag => !flag,
        DateTimeOffset at => at.AddSeconds(77),
        null when type == typeof(DateTimeOffset?) => SampleDaemon.Started,
        ImmutableArray<long> numbers => numbers.SetItem(numbers.Length - 1, 999),
        ImmutableDictionary<string, long> counts => counts.SetItem("Else", 5),
        _ => null,
    };
}
