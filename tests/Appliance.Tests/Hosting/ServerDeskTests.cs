using Appliance.Cli;
using Appliance.Hosting;
using Appliance.Tests.Admin;
using Appliance.Tests.Journal;

namespace Appliance.Tests.Hosting;

public sealed class ServerDeskTests
{
    private readonly List<(string, string, bool)> _orders = [];
    private readonly RecordingLog _log = new();
    private bool _there = true;

    [Theory]
    [InlineData(true, "api/198.51.100.22:8080 is drained: it gets nothing new, what it has may finish")]
    [InlineData(false, "api/198.51.100.22:8080 is in rotation")]
    public void OrderReachesTheDataPlaneAndTheLog(bool drain, string text)
    {
        OrderResult result = Desk().SetDrain("api/198.51.100.22:8080", drain);

        Assert.Equal((ExitCode.Ok, text), (result.Code, result.Text));
        Assert.Equal([("api", "198.51.100.22:8080", drain)], _orders);
        Assert.Contains("198.51.100.22:8080", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web/198.51.100.22:8080", "no upstream is named web; there are: api")]
    [InlineData("api/198.51.100.23:8080", "upstream api has no server 198.51.100.23:8080; it has: 198.51.100.21:8080, 198.51.100.22:8080")]
    [InlineData("api", "name the server as UPSTREAM/SERVER")]
    [InlineData("api/", "name the server as UPSTREAM/SERVER")]
    [InlineData("/x", "name the server as UPSTREAM/SERVER")]
    public void WhatIsNotThereIsRefusedWithWhatIs(string name, string text)
    {
        OrderResult result = Desk().SetDrain(name, drain: true);

        Assert.Equal((ExitCode.Invalid, text), (result.Code, result.Text));
        Assert.Empty(_orders);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void ServerThatWentInBetweenIsNotReportedAsDrained()
    {
        _there = false;

        Assert.Equal(ExitCode.Failed, Desk().SetDrain("api/198.51.100.22:8080", drain: true).Code);
        Assert.Empty(_log.Lines);
    }

    private ServerDesk Desk() => new(
        () => SampleDaemon.Single().Proxy,
        (upstream, server, drain) =>
        {
            _orders.Add((upstream, server, drain));
            return _there;
        },
        _log);
}
