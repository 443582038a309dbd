using System.Diagnostics;
using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Layer7;

/// <summary>The operator's order decides, whatever the index does to be quick.</summary>
public sealed class RouteTableTests
{
    private static readonly string[] Patterns = ["a", "b.a", "c.b.a", "*.a", "*.b.a", "*.c.b.a", "d"];
    private static readonly string[] Asked = ["", "a", "b.a", "c.b.a", "d.c.b.a", "x.a", "x.b.a", "d", "x.d", ".a", "xa"];
    private static readonly string[] Prefixes = ["/", "/v1", "/v1/", "/v1/x", "/v2", "/v1x", "/%7Ea", "/ü"];
    private static readonly string[] Paths = ["/", "/v1", "/v1/", "/v1/x", "/v1/x/y", "/v1x", "/v2/z", "/other", "*", "/~a/b", "/%C3%BC/b"];

    private static readonly Gen<RouteSettings> Some =
        from hosts in Gen.Elements(Patterns).ListOf()
        from anyHost in Gen.Elements(true, false, false)
        from prefix in Gen.Elements(Prefixes)
        select Answering(anyHost ? [] : [.. hosts.Take(3)], prefix);

    [Fact]
    public void TheFirstRouteThatFitsWins() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Some.ListOf().Select(list => list.Take(30).ToArray()).ToArbitrary(), settings =>
        {
            Route[] routes = [.. settings.Select(Compile)];
            var table = new RouteTable(routes);
            foreach (string host in Asked)
            {
                foreach (string path in Paths)
                {
                    int expected = Array.FindIndex(settings, route => Fits(route, host, path));
                    Route? found = table.Find(Encoding.ASCII.GetBytes(host), Encoding.ASCII.GetBytes(path));
                    Assert.Equal(expected, found is null ? -1 : Array.IndexOf(routes, found));
                }
            }
        }));

    [Fact]
    public void ARouteWithoutHostsAndPathTakesEverything()
    {
        Route all = Compile(Answering([], "/"));
        var table = new RouteTable([all, Compile(Answering(["a"], "/"))]);
        Assert.Same(all, table.Find("a"u8, "/x"u8));
        Assert.Same(all, table.Find(default, "*"u8));
    }

    [Fact]
    public void NoRoutesFindNothing() => Assert.Null(new RouteTable([]).Find("a"u8, "/"u8));

    [Fact]
    public void AmongManyRoutesOneIsFoundWithoutWalkingThemAll()
    {
        Route[] routes = [.. Enumerable.Range(0, 1000).Select(i => Compile(Answering([$"h{i % 10}.example"], $"/service{i}/v1")))];
        var table = new RouteTable(routes);
        byte[][] paths = [.. Enumerable.Range(0, 1000).Select(i => Encoding.ASCII.GetBytes($"/service{i}/v1/x"))];
        byte[][] hosts = [.. Enumerable.Range(0, 10).Select(i => Encoding.ASCII.GetBytes($"h{i}.example"))];
        long best = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 1000; i++) Assert.Same(routes[i], table.Find(hosts[i % 10], paths[i]));
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).Ticks);
        }

        // A walk through a hundred candidates per host takes over a microsecond; unoptimised builds get the room that the difference leaves.
        Assert.InRange(best / 10.0, 0, 1_000);
    }

    private static RouteSettings Answering(string[] hosts, string prefix) =>
        new() { Hosts = [.. hosts], PathPrefix = prefix, Response = new FixedResponseSettings(204, "", default) };

    private static Route Compile(RouteSettings settings) => Route.Compile(settings, new HttpSettings(), pool: null);

    /// <summary>The plainest reading of the rules.</summary>
    private static bool Fits(RouteSettings route, string host, string path)
    {
        bool hostFits = route.Hosts.IsEmpty || route.Hosts.Any(pattern => pattern.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(pattern[1..], StringComparison.Ordinal) && host.Length > pattern.Length - 1
            : host == pattern);
        string prefix = route.PathPrefix.TrimEnd('/').Replace("%7E", "~").Replace("ü", "%C3%BC");
        return hostFits && (prefix.Length == 0 || path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal));
    }
}
