using Appliance.Proxy.Names;

namespace Proxy.Tests.Names;

/// <summary>resolv.conf and hosts, as they are found on machines.</summary>
public sealed class ResolverFilesTests
{
    [Fact]
    public void ResolvConfNamesServersAndLimits()
    {
        ResolverConfig config = ResolverFiles.ParseConfig(
        [
            "# comment", "search example.net", "nameserver 192.0.2.1 # first", "nameserver nonsense", "", "nameserver",
            "nameserver 2001:db8::53", "options ndots:2 timeout:7 attempts:3", "options timeout:x",
        ]);
        Assert.Equal(["192.0.2.1:53", "[2001:db8::53]:53"], config.Servers.Select(server => server.ToString()));
        Assert.Equal((TimeSpan.FromSeconds(7), 3), (config.Timeout, config.Attempts));
    }

    [Fact]
    public void WithoutAFileTheLocalServerIsAsked()
    {
        ResolverConfig config = ResolverFiles.LoadConfig("/nonexistent/resolv.conf");
        Assert.Equal("127.0.0.1:53", config.Servers.Single().ToString());
    }

    [Fact]
    public void LimitsAreClampedAndServersBounded()
    {
        ResolverConfig config = ResolverFiles.ParseConfig([.. Enumerable.Range(1, 9).Select(i => $"nameserver 192.0.2.{i}"), "options timeout:9999 attempts:99"]);
        Assert.Equal((3, TimeSpan.FromSeconds(30), 5), (config.Servers.Length, config.Timeout, config.Attempts));
    }

    [Theory]
    [InlineData("api", "192.0.2.1,2001:db8::1")]
    [InlineData("API.example.net.", "192.0.2.1")]
    [InlineData("other", "")]
    [InlineData("192.0.2.1", "")]
    public void HostsGivesEveryAddressOfAName(string name, string addresses)
    {
        string[] lines = ["192.0.2.1 api.example.net api # api2", "2001:db8::1\tapi", "nonsense api", "#192.0.2.9 other"];
        Assert.Equal(addresses, string.Join(',', ResolverFiles.ParseHosts(lines, name)));
    }
}
