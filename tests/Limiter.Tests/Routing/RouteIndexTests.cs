using System.Text;
using Appliance.Limiter.Routing;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Routing;

[Collection(AloneCollection.Name)]
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

    [Fact]
    public void AmongAHundredThousandPoliciesTheTrieAgreesWithANaiveMatcher() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            RouteSelector[] selectors = [.. Enumerable.Range(0, 100_000).Select(_ => ManySelector(random))];
            RouteIndex index = Build(selectors);
            int matches = 0;
            for (int i = 0; i < 40; i++)
            {
                string path = ManyPath(random);
                string host = ManyHost(random);
                byte[] hostBytes = Bytes(host);
                byte[] pathBytes = Bytes(path);
                List<int> naive =
                    [.. Enumerable.Range(0, selectors.Length).Where(p => HostMatches(selectors[p], hostBytes) && PathMatches(selectors[p], pathBytes))];
                if (!naive.SequenceEqual(Find(index, host, path))) return false;
                matches += naive.Count;
            }

            return matches > 0;
        }));

    [Fact]
    public void ASelectorAloneAgreesWithTheTrie() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            RouteSelector selector = Selector(random);
            string path = random.Next(10) == 0 ? "" : AnyPath(random);
            string host = random.Next(10) == 0 ? "" : Hosts[random.Next(Hosts.Length)];
            bool alone = selector.SelectsHost(Bytes(host)) && selector.SelectsPath(Bytes(path));
            return alone == (Find(Build(selector), host, path).Count == 1);
        }));

    [Fact]
    public void APolicyIsFoundOnceHoweverItSaysIt() =>
        Assert.Equal([0], Find(Build(new RouteSelector(Bytes("/a"), Bytes("/a"), [Bytes("x.h"), Bytes("x.h")], [Bytes("h"), Bytes("h")])), "x.h", "/a"));

    [Fact]
    public void TheRoomForARequestDoesNotGrowWithTheNumberOfPolicies()
    {
        RouteSelector OfNumber(int i) => new(Bytes($"/a/b/{i}"), null, [Bytes($"h{i}.example.com")], [Bytes($"w{i}.example.com")]);
        int few = Build([.. Enumerable.Range(0, 10).Select(OfNumber)]).MaxLists;
        Assert.Equal(few, Build([.. Enumerable.Range(0, 10_000).Select(OfNumber)]).MaxLists);
        Assert.Equal((3 + 2) * (2 + 3), few);
    }

    [Fact]
    public void AFindAllocatesNothing()
    {
        RouteIndex index = Build([.. Enumerable.Range(0, 1000).Select(i => new RouteSelector(Bytes($"/a/{i}"), Bytes("/a/1/b"), [], [Bytes("example.com")]))]);
        var lists = new RouteList[index.MaxLists];
        long before = 0;
        int found = 0;
        for (int i = 0; i < 2000; i++)
        {
            if (i == 1000) before = GC.GetAllocatedBytesForCurrentThread();
            RouteCursor cursor = index.Find("x.y.example.com"u8, "/a/1/b"u8, lists);
            while (cursor.MoveNext()) found++;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2000 * 1000, found);
    }

    private static string ManyHost(Random random) =>
        $"{(char)('a' + random.Next(26))}{random.Next(40)}.{(random.Next(2) == 0 ? "example.com" : "b.example.org")}";

    private static string ManyPath(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => "/s" + random.Next(9))) + (random.Next(4) == 0 ? "/" : "");

    private static RouteSelector ManySelector(Random random) => new(
        random.Next(4) > 0 ? Bytes(ManyPath(random)) : null,
        random.Next(3) == 0 ? Bytes(ManyPath(random)) : null,
        random.Next(5) == 0 ? null : [Bytes(ManyHost(random))],
        random.Next(5) > 0 ? null : [Bytes(random.Next(2) == 0 ? "example.com" : ManyHost(random))]);

    /// <summary>Says in bytes what part B section 1.3 says in words, without any tree.</summary>
    private static bool Matches(RouteSelector selector, string host, string path) => HostMatches(selector, Bytes(host)) && PathMatches(selector, Bytes(path));

    private static bool HostMatches(RouteSelector selector, ReadOnlySpan<byte> host)
    {
        bool matches = selector.Hosts is null && selector.HostSuffixes is null;
        foreach (byte[] name in selector.Hosts ?? []) matches |= host.SequenceEqual(name);
        foreach (byte[] suffix in selector.HostSuffixes ?? [])
            matches |= host.Length > suffix.Length + 1 && host.EndsWith(suffix) && host[^(suffix.Length + 1)] == (byte)'.';
        return matches;
    }

    private static bool PathMatches(RouteSelector selector, ReadOnlySpan<byte> path)
    {
        if (selector.PathExact is { } exact && path.SequenceEqual(exact)) return true;
        if (selector.PathPrefix is null) return false;
        ReadOnlySpan<byte> prefix = selector.PathPrefix.AsSpan().TrimEnd((byte)'/');
        return path.StartsWith(prefix) && (path.Length == prefix.Length || path[prefix.Length] == (byte)'/') && !path.IsEmpty;
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
}
