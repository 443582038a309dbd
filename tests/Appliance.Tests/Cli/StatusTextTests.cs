using System.Text.Json;
using Appliance.Cli;
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
            group     51: 192.0.2.100/24, held here
            monitor   carrier:eth0: ok, up
            monitor   witness: FAILED, no answer from 192.0.2.1
            bundle    version 7, loaded 2026-02-03T08:00:00.000Z
                      refused: policies.json:3:5: /policies/0: wrong
            table     12 of 16384 slots used, 1 evicted
            reload    refused at 2026-02-03T08:00:00.000Z: appliance.yaml:1:1: admn: unknown
            listener  web          http  192.0.2.100:80           3 open, 17 accepted
            server    api          up    198.51.100.21:8080       17 requests, 0 failures
            server    api          down  198.51.100.22:8080       3 requests, 3 failures

            """,
            text);
    }

    [Theory]
    [InlineData("{}")]
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
