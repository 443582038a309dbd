using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.AddressLists;
using Appliance.Limiter.Descriptors;
using Appliance.Limiter.Tokens;
using Limiter.Tests.Support;

namespace Limiter.Tests.Descriptors;

/// <summary>What a request does not say itself: who its token is for, what its address and its program are.</summary>
public sealed class RequestDescriberTests : IDisposable
{
    private const string Bundle = """
        {"bundle_version": 1, "policies": [{"id": "p", "spec": {"selector": {"pathPrefix": "/", "hosts": ["example.com"]}, "rules": [{"name": "r",
        "limit_keys": ["jwt:sub"], "match": {"jwt:plan": "gold"}, "algorithm": "token_bucket", "algorithm_config": {"tokens_per_second": 1, "burst": 1}}]}}]}
        """;

    private readonly LimiterTable _table = LimiterTable.Create(1 << 20, 42);
    private readonly PolicyEngine _engine;

    public RequestDescriberTests()
    {
        _engine = new PolicyEngine(_table, 1);
        BundleReadResult read = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(Bundle), DateTimeOffset.UnixEpoch);
        Assert.Empty(read.Errors);
        _engine.Apply(read.Snapshot!);
    }

    public void Dispose() => _table.Dispose();

    [Fact]
    public void ClaimsOfAGoodTokenAreReadAndOfABadOneAreTheSentinel()
    {
        _engine.Use(new EngineSettings { Sources = new DescriptorSources { Jwt = new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")) } } });
        string good = TokenIssuer.Token("HS256", """{"sub":"ann","plan":"gold"}""");
        Assert.Equal(("ann", "gold", ""), (Claim("sub", good), Claim("plan", good), Claim("other", good)));
        Assert.Equal(("__invalid__", "__invalid__"), (Claim("sub", good + "x"), Claim("plan", "e30.e30.e30")));
        Assert.Equal("", Claim("sub", null));
    }

    [Fact]
    public void OtherKeysHoldForTheNextRequest()
    {
        string token = TokenIssuer.Token("ES256", """{"sub":"ann"}""");
        _engine.Use(new EngineSettings { Sources = new DescriptorSources { Jwt = new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("HS256")) } } });
        Assert.Equal("__invalid__", Claim("sub", token));
        _engine.Use(new EngineSettings { Sources = new DescriptorSources { Jwt = new JwtSettings { Keys = TokenIssuer.Keys(TokenIssuer.KeyFor("ES256")) } } });
        Assert.Equal("ann", Claim("sub", token));
    }

    [Fact]
    public void WithoutKeysClaimsAreReadUnverified() => Assert.Equal("ann", Claim("sub", TokenIssuer.Token("HS256", """{"sub":"ann"}""") + "x"));

    [Fact]
    public void ListsComeBeforeHeadersAndHeadersCountFromTrustedProxiesOnly()
    {
        var sources = new DescriptorSources
        {
            Countries = List(AddressListKind.Country, "192.0.2.0/24 CH"),
            Asns = List(AddressListKind.Asn, "192.0.2.0/24 64500"),
            Types = List(AddressListKind.Type, "AS64500 hosting\n198.51.100.0/24 isp"),
            TorExits = List(AddressListKind.Tor, "203.0.113.7/32"),
        };
        _engine.Use(new EngineSettings { Sources = sources });
        FakeRequest listed = At("192.0.2.1").With("x-country-code", "DE").With("x-asn", "64501").With("x-asn-type", "isp");
        Assert.Equal(("CH", "64500", "hosting"), (Fact(RequestFact.Country, listed), Fact(RequestFact.Asn, listed), Fact(RequestFact.AddressType, listed)));
        FakeRequest told = At("203.0.113.1").With("x-country-code", "DE").With("x-asn", "AS64500");
        Assert.Equal(("DE", "hosting"), (Fact(RequestFact.Country, told), Fact(RequestFact.AddressType, told)));
        FakeRequest untrusted = told with { IsTrusted = false };
        Assert.Equal((null, null, "unknown"), (Fact(RequestFact.Country, untrusted), Fact(RequestFact.Asn, untrusted), Fact(RequestFact.AddressType, untrusted)));
        Assert.Equal(("true", "false"), (Fact(RequestFact.Tor, At("203.0.113.7")), Fact(RequestFact.Tor, At("203.0.113.8"))));
        Assert.Equal("false", Fact(RequestFact.Tor, At("203.0.113.7").With("x-tor-exit", "no")));
        Assert.Equal("true", Fact(RequestFact.Tor, At("203.0.113.7").With("x-tor-exit", "no") with { IsTrusted = false }));
    }

    [Fact]
    public void ProgramsAreKnownByTheirUserAgent()
    {
        FakeRequest bot = At("192.0.2.1").With("user-agent", "Mozilla/5.0 (compatible; GPTBot/1.2)");
        Assert.Equal(("true", "ai_crawler"), (Fact(RequestFact.Bot, bot), Fact(RequestFact.BotCategory, bot)));
        FakeRequest browser = At("192.0.2.1").With("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        Assert.Equal(("false", null), (Fact(RequestFact.Bot, browser), Fact(RequestFact.BotCategory, browser)));
        Assert.Null(Fact(RequestFact.Bot, At("192.0.2.1")));
    }

    private static FakeRequest At(string address) => new("/") { Client = ClientAddress.From(System.Net.IPAddress.Parse(address)) };

    private static AddressList List(AddressListKind kind, string text)
    {
        AddressList? list = AddressListReader.Read(kind, "list", Encoding.ASCII.GetBytes(text), out IReadOnlyList<DescriptorFileError> errors);
        Assert.Empty(errors);
        return list!;
    }

    private string Claim(string name, string? token)
    {
        FakeRequest request = new();
        if (token is not null) request = request.With("authorization", $"Bearer {token}");
        return Encoding.UTF8.GetString(_engine.Enter(0).Describer!.Claim(in request, Encoding.UTF8.GetBytes(name), TokenIssuer.NowMs));
    }

    private string? Fact(RequestFact fact, FakeRequest request) =>
        _engine.Enter(0).Describer!.TryGetFact(in request, fact, out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : null;
}
