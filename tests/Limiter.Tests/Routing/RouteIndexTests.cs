using System.Text;
using Appliance.Limiter.Routing;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Routing;

public sealed class RouteIndexTests
{
    private static readonly string[] Segments = ["a", "b", "ab", "c"];
    private static readonly string[] Hosts = ["example.com", "a.example.com", "b.a.example.com", "other.test", "com"];

    [Theory]
    [InlineData("/v1", "/v1", true)]
    [InlineData("/v1", "/v1/", true)]
    [InlineData("/v1/", "/v1", true)]
    [InlineData("/v1", "/v1/x", true)]
    [InlineData("/v1", "/v1x", false)]
    [InlineData("/v1", "/", false)]
    [InlineData("/", "/anything", true)]
    [InlineData("/", "", false)]
    public void APrefixMatchesWholeSegments(string prefix, string path, bool matches) =>
        Assert.Equal(matches, Find(Build(new RouteSelector(Bytes(prefix), null, null, null)), "h", path).Count == 1);

    [Theory]
    [InlineData("/v1", "/v1", true)]
    [InlineData("/v1", "/v1/", false)]
    [InlineData("/v1/", "/v1/", true)]
    [InlineData("/v1", "/V1", false)]
    [InlineData("/", "/", true)]
    [InlineData("/v1", "/v1/x", false)]
    public void AnExactPathMatchesByteForByte(string exact, string path, bool matches) =>
        Assert.Equal(matches, Find(Build(new RouteSelector(null, Bytes(exact), null, null)), "h", path).Count == 1);

    [Theory]
    [InlineData("a.example.com", true)]
    [InlineData("b.a.example.com", true)]
    [InlineData("example.com", false)]
    [InlineData("aexample.com", false)]
    [InlineData("", false)]
    public void AWildcardMatchesLabelsBeforeTheSuffix(string host, bool matches) =>
        Assert.Equal(matches, Find(Build(new RouteSelector(Bytes("/"), null, [], [Bytes("example.com")])), host, "/").Count == 1);

    [Fact]
    public void TheTrieAgreesWithANaiveMatcher() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            RouteSelector[] selectors = [.. Enumerable.Range(0, random.Next(0, 30)).Select(_ => Selector(random))];
            RouteIndex index = Build(selectors);
            for (int i = 0; i < 30; i++)
            {
                string path = AnyPath(random);
                string host = Hosts[random.Next(Hosts.Length)];
                List<int> naive = [.. Enumerable.Range(0, selectors.Length).Where(p => Matches(selectors[p], host, path))];
                if (!naive.SequenceEqual(Find(index, host, path))) return false;
            }

            return true;
        }));

    private static bool Matches(RouteSelector selector, string host, string path)
    {
        bool hostMatches = selector.IsAnyHost || selector.Hosts!.Any(h => Text(h) == host) || selector.HostSuffixes!.Any(s => host.EndsWith("." + Text(s)));
        bool prefix = selector.PathPrefix is { } p && (path.TrimEnd('/') + "/").StartsWith(Text(p).TrimEnd('/') + "/");
        return hostMatches && (prefix || (selector.PathExact is { } e && Text(e) == path));
    }

    private static RouteSelector Selector(Random random)
    {
        bool anyHost = random.Next(3) == 0;
        byte[][] Some() => [.. Hosts.Where(_ => random.Next(3) == 0).Select(Bytes)];
        return new RouteSelector(
            random.Next(3) > 0 ? Bytes(AnyPath(random)) : null, random.Next(3) == 0 ? Bytes(AnyPath(random)) : null,
            anyHost ? null : Some(), anyHost ? null : Some());
    }

    private static string AnyPath(Random random)
    {
        string path = string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => "/" + Segments[random.Next(Segments.Length)]));
        return path.Length == 0 || random.Next(4) == 0 ? path + "/" : path;
    }

    private static RouteIndex Build(params RouteSelector[] selectors) => RouteIndex.Build(selectors);

    private static List<int> Find(RouteIndex index, string host, string path)
    {
        RouteCursor cursor = index.Find(Bytes(host), Bytes(path), new RouteList[index.MaxLists]);
        var found = new List<int>();
        while (cursor.MoveNext()) found.Add(cursor.Current);
        return found;
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.ASCII.GetString(bytes);
}
