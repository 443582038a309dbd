using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using static Proxy.Tests.EndToEnd.PoolSettings;

namespace Proxy.Tests.EndToEnd;

/// <summary>Clients kept on their servers, by a cookie or by a hash, with real requests.</summary>
public sealed class StickyTests : IDisposable
{
    private readonly List<string?> _cookies = [];
    private readonly Upstream[] _servers;

    public StickyTests() => _servers = [.. Enumerable.Range(0, 3).Select(i => new Upstream().Serve(peer => NameAsync(peer, i)))];

    public void Dispose() => Array.ForEach(_servers, server => server.Dispose());

    [Fact]
    public async Task AClientStaysOnTheServerThatItsCookieNames()
    {
        await using var rig = new ProxyRig(Sticky("one"));
        (string server, string cookie) = await FirstAsync(rig);
        for (int i = 0; i < 6; i++)
        {
            (HttpText head, string body) = await AskAsync(rig, cookie);
            Assert.Equal((server, null), (body, head["Set-Cookie"]));
        }
    }

    [Fact]
    public async Task TheCookieOfAPeerWithTheSameKeysIsHonouredAndOfOneWithOthersIsNot()
    {
        await using ProxyRig one = new(Sticky("one")), same = new(Sticky("one")), other = new(Sticky("two"));
        (string server, string cookie) = await FirstAsync(one);
        for (int i = 0; i < 4; i++) Assert.Equal(server, (await AskAsync(same, cookie)).Body);
        var reached = new HashSet<string>();
        for (int i = 0; i < 6; i++)
        {
            (HttpText head, string body) = await AskAsync(other, cookie);
            reached.Add(body);
            Assert.StartsWith("sid=", head["Set-Cookie"], StringComparison.Ordinal);
        }

        Assert.Equal(3, reached.Count);
    }

    [Fact]
    public async Task AForgedCookieIsIgnored()
    {
        await using var rig = new ProxyRig(Sticky("one"));
        (string _, string cookie) = await FirstAsync(rig);
        string forged = cookie[..^1] + (cookie[^1] == 'A' ? 'Q' : 'A');
        var reached = new HashSet<string>();
        for (int i = 0; i < 6; i++)
        {
            (HttpText head, string body) = await AskAsync(rig, forged);
            reached.Add(body);
            Assert.NotNull(head["Set-Cookie"]);
        }

        Assert.Equal(3, reached.Count);
    }

    [Fact]
    public async Task ADrainedServersClientGetsACookieOfAnother()
    {
        await using var rig = new ProxyRig(Sticky("one"));
        (string server, string cookie) = await FirstAsync(rig);
        rig.Server.SetServerDrain("app", _servers[int.Parse(server)].Address.ToString(), drain: true);
        (HttpText head, string body) = await AskAsync(rig, cookie);
        Assert.NotEqual(server, body);
        string next = CookieOf(head);
        Assert.NotEqual(cookie, next);
        for (int i = 0; i < 4; i++) Assert.Equal(body, (await AskAsync(rig, next)).Body);
    }

    [Theory]
    [InlineData("{0}", null)]
    [InlineData("a=1; {0}; b=2", "a=1; b=2")]
    [InlineData("a=1;b=2;{0}", "a=1;b=2")]
    [InlineData("{0}\r\nCookie: b=2\r\nCookie: {0}", "b=2")]
    [InlineData("sidx=1; a=sid", "sidx=1; a=sid")]
    public async Task ServersDoNotSeeTheCookie(string sent, string? seen)
    {
        await using var rig = new ProxyRig(Sticky("one"));
        (string _, string cookie) = await FirstAsync(rig);
        await AskAsync(rig, string.Format(sent, cookie));
        Assert.Equal(seen, _cookies[^1]);
    }

    [Fact]
    public async Task WhereNobodyIsStickyCookiesPassAsTheyAre()
    {
        await using var rig = new ProxyRig(Of(Pool([.. _servers.Select(server => server.Address)])));
        await AskAsync(rig, "sid=1;  a=2");
        Assert.Equal("sid=1;  a=2", _cookies[^1]);
    }

    [Fact]
    public async Task ACookieThatAnEditSetsIsTheEditsAlone()
    {
        ProxySettings settings = Sticky("one");
        var edits = new HeaderEditSettings { Set = [new("Cookie", "edited=1")] };
        RouteSettings route = settings.Listeners[0].Routes[0] with { RequestHeaders = edits };
        await using var rig = new ProxyRig(settings with { Listeners = [settings.Listeners[0] with { Routes = [route] }] });
        await AskAsync(rig, "sid=1; a=2");
        Assert.Equal("edited=1", _cookies[^1]);
    }

    [Fact]
    public async Task ByTheHashOfAHeaderEqualValuesGoToOneServer()
    {
        UpstreamSettings pool = Pool([.. _servers.Select(server => server.Address)]) with
        {
            Balance = BalanceMethod.Hash,
            HashKey = new HashKeySettings(HashSource.Header, "X-Tenant"),
        };
        await using ProxyRig rig = new(Of(pool)), peer = new(Of(pool));
        var reached = new HashSet<string>();
        for (int tenant = 0; tenant < 12; tenant++)
        {
            string request = $"GET / HTTP/1.1\r\nHost: a\r\nX-Tenant: t{tenant}\r\n\r\n";
            string server = (await rig.AskAsync(request)).Body;
            for (int i = 0; i < 3; i++) Assert.Equal(server, (await rig.AskAsync(request)).Body);
            Assert.Equal(server, (await peer.AskAsync(request)).Body);
            reached.Add(server);
        }

        Assert.Equal(3, reached.Count);
    }

    private static string CookieOf(HttpText head)
    {
        string? line = head["Set-Cookie"];
        Assert.NotNull(line);
        return line.Split(';')[0];
    }

    private static async Task<(string Server, string Cookie)> FirstAsync(ProxyRig rig)
    {
        (HttpText head, string body) = await rig.AskAsync(Get);
        return (body, CookieOf(head));
    }

    private static Task<(HttpText Head, string Body)> AskAsync(ProxyRig rig, string cookie) =>
        rig.AskAsync($"GET / HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n");

    private ProxySettings Sticky(string secret) => Of(Pool([.. _servers.Select(server => server.Address)]) with { Sticky = new StickySettings("sid") }) with
    {
        ClusterKeys = [new SharedKey(1, System.Text.Encoding.ASCII.GetBytes(secret.PadRight(32, '.')))],
    };

    private async Task NameAsync(RawPeer peer, int number)
    {
        while (true)
        {
            HttpText head = await peer.ReadHeadAsync();
            lock (_cookies) _cookies.Add(head["Cookie"]);
            await peer.SendAsync(Answer(number.ToString()));
        }
    }
}
