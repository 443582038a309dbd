using System.Collections.Immutable;
using System.Text;
using Appliance.Admin;
using Appliance.Failover;
using Appliance.Hosting;
using Appliance.Limiter;
using Appliance.Policies;
using Appliance.Proxy;
using Appliance.Proxy.Tls;
using Appliance.Tests.Hosting;
using Appliance.Vrrp;

namespace Appliance.Tests.Admin;

/// <summary>Daemons at one moment, for the documents that describe them.</summary>
internal static class SampleDaemon
{
    public static readonly DateTimeOffset Started = new(2026, 2, 3, 8, 0, 0, TimeSpan.Zero);

    public static DaemonSnapshot Single() => new()
    {
        Node = "lb-a",
        Version = "1.2.3",
        StartedAt = Started,
        NotReady = [],
        Decisions = new DecisionStatistics(1),
        Proxy = new ProxyStatus(
            [new ListenerStatus("web", "192.0.2.100:80", "http", 3, 17, [0, 0, 15, 0, 1, 1], 100, 2000, 1)],
            [new UpstreamStatus("api", [new ServerStatus("198.51.100.21:8080", "up", 1, 2, 17, 0), new ServerStatus("198.51.100.22:8080", "down", 0, 0, 3, 3)])],
            [new LoopStatus(0, 1000, 3, 65536), new LoopStatus(1, 999, 0, 65536)]),
    };

    /// <summary>One of a pair, with policies, names that need escaping, and nothing left out.</summary>
    public static DaemonSnapshot Pair()
    {
        string text = DaemonUnderTest.BundleText(7, 5).Replace("\"all\"", "\"a\\\"b\\\\c\"", StringComparison.Ordinal);
        BundleReadResult bundle = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(text), Started);
        Assert.Empty(bundle.Errors);
        return Single() with
        {
            Ha = Report(),
            Bundle = bundle.Snapshot,
            PolicyFile = new PolicyFileStatus { LoadedAt = Started, Applied = 2, Refused = 1, Error = "policies.json:3:5: /policies/0: wrong" },
            PolicyStatistics = new PolicyStatistics(
                [
                    new DecisionCount("allow", DecisionReason.AllRulesPassed, "a\"b\\c", "each", "enforce", 15),
                    new DecisionCount("reject", DecisionReason.TokenBucketExceeded, "a\"b\\c", "each", "enforce", 1),
                    new DecisionCount("reject", DecisionReason.TokenBucketExceeded, "a\"b\\c", "each", "shadow", 4),
                ],
                [new DescriptorMissCount("header:x-tenant", "a\"b\\c", 2)],
                [new TableFullCount("a\"b\\c", "each", 0)],
                0),
            Table = new LimiterTableStatus(1 << 20, 16384, 12, 1, 0, Locked: true),
            LastReload = new ReloadReport(Appliance.Cli.ExitCode.Invalid, Started, "appliance.yaml:1:1: admn: unknown"),
            ReloadsRefused = 1,
        };
    }

    /// <summary>A data plane in which every figure is there and differs from zero and from the others of its kind.</summary>
    public static DaemonSnapshot Busy() => Single() with { Proxy = BusyProxy() };

    private static ProxyStatus BusyProxy() => new(
        [
            new ListenerStatus("web", "192.0.2.100:443", "http", 3, 17, [0, 1, 15, 2, 3, 4], 100, 2000, 5)
            {
                RefusedProxyHeaders = ImmutableDictionary<string, long>.Empty.Add("TimedOut", 2),
                RefusedClientHellos = ImmutableDictionary<string, long>.Empty.Add("NotTls", 4).Add("BadName", 1),
                Certificates =
                [
                    new CertificateStatus("a.example", "/etc/appliance/tls/a.pem", Started.AddDays(12)),
                    new CertificateStatus("old.example", "/etc/appliance/tls/old.pem", Started.AddDays(-3)),
                    new CertificateStatus("new.example", "/etc/appliance/tls/new.pem", Started.AddDays(60)),
                ],
                TlsHandshakes = 16,
                TlsResumed = 7,
                TlsFailures = 6,
                Admission = new AdmissionStatus([0, 11, 12, 13, 14], 8, 9, 10),
            },
            new ListenerStatus("dns", "192.0.2.100:53", "udp", 2, 18, [0, 0, 0, 0, 0, 0], 300, 4000, 0)
            {
                Udp = new UdpStatus(21, 22, [1, 2, 3, 4, 5, 6, 7]),
            },
        ],
        [
            new UpstreamStatus(
                "api",
                [
                    new ServerStatus("198.51.100.21:8080", "up", 1, 2, 17, 1)
                    {
                        Health = "up", Since = Started.AddMinutes(1), ChecksOk = 30, ChecksFailed = 1, Breaker = "half-open", UnderWay = 2,
                    },
                    new ServerStatus("198.51.100.22:8080", "down", 0, 0, 3, 3)
                    {
                        Health = "down", Reason = "connection refused", Since = Started.AddMinutes(120), ChecksOk = 4, ChecksFailed = 5, Breaker = "open", Ejected = true,
                    },
                    new ServerStatus("198.51.100.23:8080", "drain", 4, 0, 5, 0) { Draining = true },
                ])
            {
                HealthyServers = 1,
                QueueLength = 6,
                Retries = 9,
            },
        ],
        [new LoopStatus(0, 1000, 3, 65536)])
    {
        Offload = new OffloadStatus("on", 4, 10, 2),
    };

    private static HaReport Report() => HaReporter.Report(
        new HaSettings
        {
            Node = "lb-a",
            Interface = "eth0",
            Groups = [new HaGroup { VirtualRouterId = 51, VirtualAddresses = [new VirtualAddress(System.Net.IPAddress.Parse("192.0.2.100"), 24)] }],
        },
        new HaStatus
        {
            Role = HaRole.Active,
            Reason = "the peer is down",
            Since = Started,
            Priority = 254,
            Groups =
            [
                new HaGroupStatus
                {
                    VirtualRouterId = 51,
                    Role = HaRole.Active,
                    Reason = "the peer is down",
                    Since = Started,
                    Priority = 254,
                    PeerRole = HaRole.Passive,
                    VirtualAddresses = [new VirtualAddress(System.Net.IPAddress.Parse("192.0.2.100"), 24)],
                    Held = true,
                    Flaps = 1,
                },
                new HaGroupStatus
                {
                    VirtualRouterId = 52,
                    Role = HaRole.Bypass,
                    Reason = "more flaps than allowed",
                    Since = Started.AddMinutes(5),
                    Priority = 1,
                    VirtualAddresses = [new VirtualAddress(System.Net.IPAddress.Parse("2001:db8::101"), 64)],
                    Held = false,
                    Flaps = 5,
                    BypassUntil = Started.AddMinutes(125),
                },
            ],
            Peer = new HaPeerStatus
            {
                Node = "lb-b",
                State = PeerReachability.Degraded,
                Role = HaRole.Passive,
                Fit = true,
                Trusted = true,
                RoundTrip = TimeSpan.FromMicroseconds(210),
                SameConfig = false,
                SameBundle = true,
            },
            Monitors = [new HaMonitorStatus("carrier:eth0", true, "up"), new HaMonitorStatus("witness", false, "no answer from 192.0.2.1")],
            AddressesHeld = [new VirtualAddress(System.Net.IPAddress.Parse("192.0.2.100"), 24)],
            Lateness = new LatenessSummary([100_000, 1_000_000], [50, 3, 1], 9_000_000, TimeSpan.FromMilliseconds(2), RealTime: true) { WorstOfLastHour = TimeSpan.FromMilliseconds(160) },
            Counters = new HaCounters
            {
                AdvertsSent = 10,
                AdvertsReceived = 2,
                AdvertsWithPseudoHeader = 2,
                AdvertsRefused = [new("bad_checksum", 1), new("bad_ttl", 0)],
                HeartbeatsSent = 54,
                HeartbeatsReceived = 53,
                HeartbeatsRefused = [new("replayed", 0)],
                Transitions = 3,
                Takeovers = 1,
                SpoofedAdverts = 0,
                Announcements = 5,
                AddressesRepaired = 0,
                SendErrors = 0,
                Sleeps = 0,
            },
        });
}
