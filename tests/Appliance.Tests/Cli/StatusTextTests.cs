using System.Text.Json;
using Appliance.Cli;
using Appliance.Hosting;
using Appliance.Proxy;
using Appliance.Tests.Admin;

namespace Appliance.Tests.Cli;

public sealed class StatusTextTests
{
    [Fact]
    public void APersonSeesTheWholePairOnOneScreen()
    {
        using JsonDocument json = StatusDocumentTests.Write(SampleDaemon.Pair());
        string text = Text(json.RootElement);
        Assert.Equal(
            """
            node      lb-a, appliance 1.2.3
            role      active for 2 h 5 min: the peer is down
            ready     yes
            peer      lb-b, degraded, passive
            group     51: 192.0.2.100/24, held here, active: the peer is down
            group     52: 2001:db8::101/64, not held here, bypass: more flaps than allowed
            flaps     5 of 4 allowed in 600 s
            bypass    standby for 2 h 0 min, until 2026-02-03T10:05:00.000Z
            heartbeat at most 160 ms late in the last hour
            WARNING   a heartbeat of the last hour was 160 ms late, and the peer waits only 300 ms; set ha.peer_check_interval to 110ms or more, or find what holds this machine up
            monitor   carrier:eth0: ok, up
            monitor   witness: FAILED, no answer from 192.0.2.1
            bundle    version 7, loaded 2026-02-03T08:00:00.000Z
                      refused: policies.json:3:5: /policies/0: wrong
            table     12 of 16384 slots used, 1 evicted
            reload    refused at 2026-02-03T08:00:00.000Z: appliance.yaml:1:1: admn: unknown
            listener  web          http  192.0.2.100:80           3 open, 17 accepted
            upstream  api          0 of 2 servers take requests
            server    api          up    198.51.100.21:8080       17 requests, 0 failures
            server    api          down  198.51.100.22:8080       3 requests, 3 failures

            """,
            text);
    }

    [Fact]
    public void WhatWantsAPersonsEyeStandsBelowTheThingItIsAbout()
    {
        using JsonDocument json = StatusDocumentTests.Write(SampleDaemon.Busy() with { AccessLogDropped = 41, LogDropped = 42 });
        string text = Text(json.RootElement);
        Assert.Equal(
            """
            listener  web          http  192.0.2.100:443          3 open, 17 accepted
                      refused: 12 client_connections, 11 connection_rate, 13 listener_connections, 14 memory
                      PROXY headers refused: 2 timed_out
                      ClientHellos refused: 1 bad_name, 4 not_tls
                      TLS handshakes failed: 6, completed 16
                      certificate a.example expires in 11 d 21 h (/etc/appliance/tls/a.pem)
                      certificate old.example EXPIRED 3 d 2 h ago (/etc/appliance/tls/old.pem)
            listener  dns          udp   192.0.2.100:53           2 open, 18 accepted
                      datagrams dropped: 1 admission, 7 draining, 4 no_server, 5 oversized, 3 rate, 6 resources, 2 sessions
            upstream  api          1 of 3 servers take requests, 6 queued, 9 retries
            server    api          up    198.51.100.21:8080       17 requests, 1 failures
                      circuit breaker half-open
            server    api          down  198.51.100.22:8080       3 requests, 3 failures
                      down for 5 min 0 s: connection refused; circuit breaker open; ejected by passive checks
            server    api          drain 198.51.100.23:8080       5 requests, 0 failures
                      drained by the operator, 4 connections left
            offload   the kernel drops 4 clients, 10 added since start, 2 could not be added
            log       42 entries lost
            log       41 access lines lost

            """,
            text[text.IndexOf("listener ", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void AKernelThatCannotDropOffendersIsTold()
    {
        DaemonSnapshot busy = SampleDaemon.Busy();
        using JsonDocument json = StatusDocumentTests.Write(busy with { Proxy = busy.Proxy with { Offload = new OffloadStatus("unavailable", 0, 0, 3) } });
        Assert.Contains("offload   unavailable: offenders are refused one by one\n", Text(json.RootElement), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"listeners": [{"tls": {"certificates": [{"not_after": 5}]}, "admission": 3, "udp": null}], "offload": "on", "upstreams": [{"servers": [{"since": []}]}]}""")]
    [InlineData("""{"peer": 7, "groups": {}, "listeners": [{}], "upstreams": [{"servers": [{}]}], "bundle": null, "since": "soon"}""")]
    public void ADocumentOfAnotherVersionIsShownAsFarAsItIsUnderstood(string document)
    {
        using JsonDocument json = JsonDocument.Parse(document);
        Assert.StartsWith("node", Text(json.RootElement), StringComparison.Ordinal);
    }

    private static string Text(JsonElement status)
    {
        var output = new StringWriter();
        StatusText.Write(status, SampleDaemon.Started + TimeSpan.FromMinutes(125), output);
        return output.ToString();
    }
}
