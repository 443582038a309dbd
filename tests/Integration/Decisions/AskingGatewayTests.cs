using System.Net;
using Integration.Lab;

namespace Integration.Decisions;

/// <summary>The daemon is asked as gateways ask that are not here: in their words, over the wire.</summary>
public sealed class AskingGatewayTests : IDisposable
{
    private readonly int _port = LoopbackDaemon.FreePort();
    private readonly int _strange = LoopbackDaemon.FreePort();
    private readonly LoopbackDaemon _daemon;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };

    public AskingGatewayTests() => _daemon = Asked.Start($"""
        listeners:
          - {"{"} name: ask, address: "127.0.0.1:{_port}", protocol: decision, trusted_proxies: [127.0.0.0/8] {"}"}
          - {"{"} name: strange, address: "127.0.0.1:{_strange}", protocol: decision, trusted_proxies: [192.0.2.0/24] {"}"}

        """);

    public void Dispose()
    {
        _client.Dispose();
        _daemon.Dispose();
    }

    [Fact]
    public void TraefiksForwardAuthIsUnderstood()
    {
        // As its forwardAuth middleware writes it: GET, the request in X-Forwarded-*, the listed headers of the client.
        HttpResponseMessage Ask(string uri) => Send(_port, "GET", "/v1/decision",
            ("X-Forwarded-Method", "PUT"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "api.example.com"), ("X-Forwarded-Uri", uri),
            ("X-Forwarded-For", "192.0.2.1"), ("X-Tenant", "acme"), ("User-Agent", "curl/8"));
        AssertLimitedToOne(Ask, "/v1/things?plan=gold", "/v1/other?plan=gold&x=1", "/v1/things?plan=free");
    }

    [Fact]
    public void EnvoysExternalAuthorizationIsUnderstood()
    {
        // As its HTTP ext_authz filter writes it: the client's method and Host, its path behind the prefix, Content-Length 0.
        HttpResponseMessage Ask(string uri) => Send(_port, "PUT", "/v1/decision" + uri,
            ("Host", "api.example.com"), ("X-Forwarded-For", "192.0.2.1"), ("X-Tenant", "acme"));
        AssertLimitedToOne(Ask, "/v1/things?plan=gold", "/v1/other?plan=gold&x=1", "/v1/things?plan=free");
    }

    [Fact]
    public void APathThatLeadsOutOfTheQuestionIsStillAQuestion()
    {
        foreach (HttpStatusCode expected in new[] { HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests })
        {
            // Sent as it stands, by a client that resolves nothing.
            string status = Command.Run(
                "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--path-as-is", "--max-time", "20", $"http://127.0.0.1:{_daemon.Admin}/v1/decision/../../pay").Text;
            Assert.Equal($"{(int)expected}", status);
        }
    }

    [Fact]
    public void AStrangersOriginalIsForbiddenAndCounted()
    {
        using HttpResponseMessage refused = Send(_strange, "POST", "/v1/decision", ("X-Original-URI", "/free"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using HttpResponseMessage asked = Send(_strange, "GET", "/v1/decision/free");
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        Assert.Contains("appliance_decision_refused_total{reason=\"untrusted\"} 1", _daemon.Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public void WithADebugSessionTheAnswerSaysWhy()
    {
        string secret = _daemon.PathOf("debug.secret");
        File.WriteAllText(secret, "an operator's secret\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (HttpResponseMessage absent = Send(_daemon.Admin, "POST", "/v1/debug/session", ("X-Appliance-Debug-Secret", "an operator's secret")))
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        _daemon.Configure(File.ReadAllText(_daemon.ConfigPath).Split('\n', 3)[2].Replace("table:", $"debug_secret_file: {secret}, table:", StringComparison.Ordinal));
        _daemon.Cli("reload").AssertExitCode(0);

        using (HttpResponseMessage wrong = Send(_daemon.Admin, "POST", "/v1/debug/session", ("X-Appliance-Debug-Secret", "another")))
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        using HttpResponseMessage login = Send(_daemon.Admin, "POST", "/v1/debug/session", ("X-Appliance-Debug-Secret", "an operator's secret"));
        Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
        Assert.False(login.Content.Headers.Contains("Content-Length"));
        string cookie = Assert.Single(login.Headers.GetValues("Set-Cookie")).Split(';')[0];
        using HttpResponseMessage shown = Send(_port, "GET", "/v1/decision/limited", ("Cookie", cookie), ("X-Forwarded-For", "192.0.2.9"));
        Assert.Equal("limited", Assert.Single(shown.Headers.GetValues("X-Appliance-Debug-Policy")));
        Assert.Equal("ip:address", Assert.Single(shown.Headers.GetValues("X-Appliance-Debug-Descriptor-1-Key")));
        Assert.Equal("192.0.2.9", Assert.Single(shown.Headers.GetValues("X-Appliance-Debug-Descriptor-1-Value")));
        Assert.Matches(@"^\d+\.\d$", Assert.Single(shown.Headers.GetValues("X-Appliance-Latency-Us")));
    }

    private static void AssertLimitedToOne(Func<string, HttpResponseMessage> ask, string first, string sameKey, string otherKey)
    {
        using HttpResponseMessage allowed = ask(first), refused = ask(sameKey), other = ask(otherKey);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal("0", Assert.Single(allowed.Headers.GetValues("RateLimit-Remaining")));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    private HttpResponseMessage Send(int port, string method, string target, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{port}{target}");
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return _client.Send(request);
    }
}
