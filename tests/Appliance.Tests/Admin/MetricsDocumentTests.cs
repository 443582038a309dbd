using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.Admin;
using Appliance.Hosting;
using Appliance.Proxy;

namespace Appliance.Tests.Admin;

/// <summary>/metrics as a scraper reads it.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public void APairsMetricsAreWellFormed() => AssertWellFormed(Page(SampleDaemon.Pair()));

    [Fact]
    public void ASingleNodesMetricsAreWellFormed() => AssertWellFormed(Page(SampleDaemon.Single()));

    [Theory]
    [InlineData("appliance_build_info{version=\"1.2.3\"} 1")]
    [InlineData("appliance_no_bundle_loaded 0")]
    [InlineData("appliance_bundle_reloads_total{result=\"refused\"} 1")]
    [InlineData("appliance_decisions_total{action=\"reject\",reason=\"token_bucket_exceeded\",policy=\"a\\\"b\\\\c\",rule=\"each\",mode=\"shadow\"} 4")]
    [InlineData("appliance_requests_rejected_total{reason=\"token_bucket_exceeded\",policy=\"a\\\"b\\\\c\",rule=\"each\"} 1")]
    [InlineData("appliance_descriptor_missing_total{key=\"header:x-tenant\",policy=\"a\\\"b\\\\c\"} 2")]
    [InlineData("appliance_limiter_slots{state=\"used\"} 12")]
    [InlineData("appliance_limiter_evictions_total 1")]
    [InlineData("appliance_ha_role{role=\"active\"} 1")]
    [InlineData("appliance_ha_role{role=\"passive\"} 0")]
    [InlineData("appliance_ha_peer_degraded 1")]
    [InlineData("appliance_config_drift{section=\"config\"} 1")]
    [InlineData("appliance_ha_adverts_refused_total{reason=\"bad_checksum\"} 1")]
    [InlineData("appliance_ha_heartbeat_lateness_seconds_bucket{le=\"0.001\"} 53")]
    [InlineData("appliance_ha_heartbeat_lateness_seconds_count 54")]
    [InlineData("appliance_ha_monitor_ok{monitor=\"witness\"} 0")]
    [InlineData("appliance_http_requests_total{listener=\"web\",code=\"2xx\"} 15")]
    [InlineData("appliance_upstream_server_up{upstream=\"api\",server=\"198.51.100.22:8080\"} 0")]
    [InlineData("appliance_loop_turns_total{loop=\"1\"} 999")]
    public void TheFamiliesSayWhatTheDaemonKnows(string line) => Assert.Contains(line, Page(SampleDaemon.Pair()).Split('\n'));

    [Fact]
    public void ABusyDataPlanesMetricsAreWellFormed() => AssertWellFormed(Page(SampleDaemon.Busy()));

    [Theory]
    [InlineData("appliance_admission_refused_total{listener=\"web\",rule=\"client_connections\"} 12")]
    [InlineData("appliance_admission_untracked_total{listener=\"web\"} 8")]
    [InlineData("appliance_admission_offences_total{listener=\"web\"} 10")]
    [InlineData("appliance_proxy_headers_refused_total{listener=\"web\",reason=\"timed_out\"} 2")]
    [InlineData("appliance_client_hellos_refused_total{listener=\"web\",reason=\"bad_name\"} 1")]
    [InlineData("appliance_tls_handshakes_total{listener=\"web\"} 16")]
    [InlineData("appliance_tls_handshakes_resumed_total{listener=\"web\"} 7")]
    [InlineData("appliance_tls_handshakes_failed_total{listener=\"web\"} 6")]
    [InlineData("appliance_tls_certificate_expiry_seconds{listener=\"web\",certificate=\"a.example\",file=\"/etc/appliance/tls/a.pem\"} 1771142400")]
    [InlineData("appliance_udp_datagrams_total{listener=\"dns\",direction=\"sent\"} 22")]
    [InlineData("appliance_udp_dropped_total{listener=\"dns\",reason=\"no_server\"} 4")]
    [InlineData("appliance_upstream_healthy_servers{upstream=\"api\"} 1")]
    [InlineData("appliance_upstream_queue_length{upstream=\"api\"} 6")]
    [InlineData("appliance_upstream_retries_total{upstream=\"api\"} 9")]
    [InlineData("appliance_upstream_server_up{upstream=\"api\",server=\"198.51.100.23:8080\"} 0")]
    [InlineData("appliance_upstream_server_state{upstream=\"api\",server=\"198.51.100.23:8080\",state=\"drain\"} 1")]
    [InlineData("appliance_upstream_server_health{upstream=\"api\",server=\"198.51.100.22:8080\",state=\"down\"} 1")]
    [InlineData("appliance_upstream_breaker_state{upstream=\"api\",server=\"198.51.100.21:8080\",state=\"half-open\"} 1")]
    [InlineData("appliance_upstream_checks_total{upstream=\"api\",server=\"198.51.100.22:8080\",result=\"failed\"} 5")]
    [InlineData("appliance_upstream_server_ejected{upstream=\"api\",server=\"198.51.100.22:8080\"} 1")]
    [InlineData("appliance_offload_state{state=\"on\"} 1")]
    [InlineData("appliance_offload_members 4")]
    [InlineData("appliance_offload_failures_total 2")]
    public void TheFamiliesSayWhatTheDataPlaneReports(string line) => Assert.Contains(line, Page(SampleDaemon.Busy()).Split('\n'));

    [Fact]
    public void TheSameCertificateTwiceInAListenerIsOneSeries()
    {
        DaemonSnapshot busy = SampleDaemon.Busy();
        ListenerStatus web = busy.Proxy.Listeners[0];
        ListenerStatus twice = web with { Certificates = [web.Certificates[0], web.Certificates[0]] };
        AssertWellFormed(Page(busy with { Proxy = busy.Proxy with { Listeners = [twice] } }));
    }

    [Fact]
    public void PoliciesWithoutABundleAreSeen() =>
        Assert.Contains("appliance_no_bundle_loaded 1", Page(SampleDaemon.Pair() with { Bundle = null }).Split('\n'));

    internal static string Page(DaemonSnapshot daemon)
    {
        var exchange = new FakeExchange("GET", "/metrics", default);
        MetricsDocument.Answer(exchange, daemon);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", exchange.ContentType);
        return exchange.BodyText;
    }

    /// <summary>The rules of the text format 0.0.4, and of Prometheus about duplicates.</summary>
    internal static void AssertWellFormed(string page)
    {
        Assert.EndsWith("\n", page, StringComparison.Ordinal);
        var families = new HashSet<string>();
        var series = new HashSet<string>();
        string family = "";
        string type = "";
        foreach (string line in page[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                Assert.True(families.Add(family), $"{family} is announced twice");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.Equal(family, line.Split(' ')[2]);
                type = line.Split(' ')[3];
                Assert.Contains(type, (string[])["counter", "gauge", "histogram"]);
                Assert.True(type != "counter" || family.EndsWith("_total", StringComparison.Ordinal), $"{family}: a counter ends in _total");
            }
            else
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, $"not a sample: {line}");
                string name = sample.Groups["name"].Value;
                Assert.True(name == family || (type == "histogram" && name.StartsWith(family + "_", StringComparison.Ordinal)), $"{name} stands in {family}");
                Assert.True(series.Add(name + sample.Groups["labels"].Value), $"twice: {line}");
                Assert.True(double.TryParse(sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value));
                Assert.True(type == "gauge" || value >= 0, $"a negative count: {line}");
            }
        }
    }

    [GeneratedRegex("""^(?<name>[a-z_:][a-z0-9_:]*)(?<labels>\{[a-z_]+="(\\.|[^"\\\n])*"(,[a-z_]+="(\\.|[^"\\\n])*")*\})? (?<value>\S+)$""")]
    private static partial Regex Sample();
}
