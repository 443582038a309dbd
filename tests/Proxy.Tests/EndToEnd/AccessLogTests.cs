using System.Net;
using System.Text;
using System.Text.Json;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>One line per request: what it says, what it keeps to itself, and how many there are.</summary>
public sealed class AccessLogTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task ALineSaysWhatHappened()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        await using ProxyRig rig = Rig(AccessLogMode.All, upstream);
        const string Request = "GET /a/../b?token=secret HTTP/1.1\r\nHost: Example.com:80\r\nAuthorization: secret\r\nCookie: secret\r\n\r\n";
        await rig.AskAsync(Request);
        JsonElement line = Assert.Single(await LinesAsync(rig, 1));
        Assert.Equal("web|127.0.0.1|GET|example.com|/b|200|app|" + upstream.Address, string.Join('|',
            Text(line, "listener"), Text(line, "client"), Text(line, "method"), Text(line, "host"), Text(line, "path"),
            line.GetProperty("status"), Text(line, "upstream"), Text(line, "server")));
        Assert.Equal((Request.Length, Ok.Length, 1), (Number(line, "received"), Number(line, "sent"), Number(line, "attempts")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", Text(line, "time"));
        Assert.InRange(DateTimeOffset.UtcNow - line.GetProperty("time").GetDateTimeOffset(), TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
        Assert.Matches("^[0-9a-f]{32}$", Text(line, "request_id"));
        Assert.True(Number(line, "duration_us") >= Number(line, "connect_us") + Number(line, "response_us"));
        Assert.DoesNotContain("secret", line.GetRawText(), StringComparison.Ordinal);
        Assert.All(new[] { "error", "ended", "truncated", "policy", "tls" }, name => Assert.False(line.TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task TheIdIsTheSameInTheRequestTheAnswerAndTheLine()
    {
        await using ProxyRig rig = Rig(AccessLogMode.All, servers: Upstream.Nobody());
        (HttpText head, string body) = await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n");
        JsonElement line = Assert.Single(await LinesAsync(rig, 1));
        string id = Text(line, "request_id");
        Assert.Equal((id, id), (head["X-Request-Id"], JsonDocument.Parse(body).RootElement.GetProperty("request_id").GetString()));
        Assert.Equal(("connect_failed", 502, 1), (Text(line, "error"), Number(line, "status"), Number(line, "attempts")));
        Assert.False(line.TryGetProperty("connect_us", out _));
    }

    [Fact]
    public async Task AnErrorAfterTheRequestWasSentCarriesTheIdTheServerSaw()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(AccessLogMode.All, upstream);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        string id = (await server.ReadHeadAsync())["X-Request-Id"]!;
        server.Dispose();
        (HttpText head, string body) = await client.ReadAnswerAsync();
        Assert.Equal(502, head.Status);
        Assert.Contains(id, body, StringComparison.Ordinal);
        JsonElement line = Assert.Single(await LinesAsync(rig, 1));
        Assert.Equal((id, "upstream_closed"), (Text(line, "request_id"), Text(line, "error")));
    }

    [Fact]
    public async Task HostileRequestsMakeSoundLines()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        await using ProxyRig rig = Rig(AccessLogMode.All, upstream);
        string path = "/\"\\" + new string('"', 4000);
        await rig.AskAsync($"G|T {path} HTTP/1.1\r\nHost: a'{new string('b', 200)}\r\n\r\n");
        await rig.AskAsync("GET /\xff\n HTTP/1.1\r\n\r\n");
        List<JsonElement> lines = await LinesAsync(rig, 2);
        JsonElement longOne = lines.Single(line => line.TryGetProperty("truncated", out _));
        Assert.StartsWith(Text(longOne, "path"), path, StringComparison.Ordinal);
        Assert.Equal(("G|T", true), (Text(longOne, "method"), Text(longOne, "path").Length > 20));
        Assert.StartsWith(Text(longOne, "host"), "a'" + new string('b', 200), StringComparison.Ordinal);
        JsonElement refused = lines.Single(line => line.TryGetProperty("error", out _));
        Assert.Equal((400, "", "bad_request_line"), (Number(refused, "status"), Text(refused, "path"), Text(refused, "error")));
    }

    [Fact]
    public async Task ATornAnswerAndAClientThatLeftAreTold()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(AccessLogMode.Sampled, upstream);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET /torn HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        server.Dispose();
        await client.ExpectResetAsync();
        client = await rig.ConnectAsync();
        await client.SendAsync("GET /left HTTP/1.1\r\nHost: a\r\n\r\n");
        server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        client.Reset();
        List<JsonElement> lines = await LinesAsync(rig, 2);
        Assert.Equal(["/torn 200 torn", "/left 0 client_reset"],
            lines.Select(line => $"{Text(line, "path")} {Number(line, "status")} {Text(line, "ended")}"));
    }

    [Fact]
    public async Task TheClientBehindATrustedProxyIsNamed()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        ProxySettings settings = Settings(AccessLogMode.All, upstream.Address);
        await using var rig = new ProxyRig(settings with
        {
            Listeners = [settings.Listeners[0] with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] }],
        });
        await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.9\r\nX-Request-Id: theirs\r\n\r\n");
        JsonElement line = Assert.Single(await LinesAsync(rig, 1));
        Assert.Equal(("192.0.2.9", "theirs"), (Text(line, "client"), Text(line, "request_id")));
    }

    [Fact]
    public async Task ASampleIsAHundredASecondAndEveryFailure()
    {
        using Upstream upstream = new Upstream().Serve(async peer =>
        {
            while (true)
            {
                bool bad = (await peer.ReadHeadAsync()).StartLine.Contains("bad", StringComparison.Ordinal);
                await peer.SendAsync(bad ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" : Ok);
            }
        });
        await using ProxyRig rig = Rig(AccessLogMode.Sampled, upstream);
        RawPeer client = await rig.ConnectAsync();
        long start = Environment.TickCount64;
        for (int i = 0; i < 600; i++)
        {
            await client.SendAsync($"GET /{(i % 2 == 0 ? "bad" : "good")} HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadAnswerAsync();
        }

        long windows = 2 + (Environment.TickCount64 - start) / 1000;
        List<JsonElement> lines = await LinesAsync(rig, 400);
        Assert.Equal(300, lines.Count(line => Text(line, "path") == "/bad"));
        Assert.InRange(lines.Count(line => Text(line, "path") == "/good"), 100, Math.Min(300, 100 * windows));
    }

    [Fact]
    public async Task OffWritesNothingAndAReloadTurnsItOn()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        ProxySettings settings = Settings(AccessLogMode.Off, upstream.Address);
        await using var rig = new ProxyRig(settings);
        await rig.AskAsync("GET /off HTTP/1.1\r\nHost: a\r\n\r\n");
        rig.Server.Apply(settings with { AccessLog = AccessLogMode.All });
        await rig.AskAsync("GET /on HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("/on", Text(Assert.Single(await LinesAsync(rig, 1)), "path"));
    }

    [Fact]
    public async Task WhatNobodyReadsIsDroppedAndCounted()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        await using ProxyRig rig = Rig(AccessLogMode.All, upstream);
        RawPeer client = await rig.ConnectAsync();
        byte[] request = Encoding.ASCII.GetBytes($"GET /{new string('p', 900)} HTTP/1.1\r\nHost: a\r\n\r\n");
        const int Requests = 300;
        for (int i = 0; i < Requests; i++)
        {
            await client.SendAsync(request);
            await client.ReadAnswerAsync();
        }

        await Deadline.Until(() => rig.Status.AccessLogDropped == Requests - 256 * 1024 / 1024, () => $"dropped {rig.Status.AccessLogDropped}");
        Assert.Equal(256, (await LinesAsync(rig, 256)).Count);
    }

    [Fact]
    public async Task TheReadersRoomMustHoldALine()
    {
        await using ProxyRig rig = Rig(AccessLogMode.All, servers: Upstream.Nobody());
        Assert.Throws<ArgumentOutOfRangeException>(() => rig.Server.ReadAccessLog(new byte[1023]));
    }

    private static ProxyRig Rig(AccessLogMode mode, Upstream upstream) => Rig(mode, upstream.Address);

    private static ProxyRig Rig(AccessLogMode mode, IPEndPoint servers) => new(Settings(mode, servers));

    private static ProxySettings Settings(AccessLogMode mode, IPEndPoint server) =>
        ProxyRig.HttpSettings(new TimeoutSettings(), server) with { AccessLog = mode };

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private static long Number(JsonElement line, string name) => line.GetProperty(name).GetInt64();

    /// <summary>Reads until at least so many lines are there; each must be one JSON object.</summary>
    private static async Task<List<JsonElement>> LinesAsync(ProxyRig rig, int atLeast)
    {
        byte[] into = new byte[4096];
        var text = new StringBuilder();
        await Deadline.Until(
            () =>
            {
                while (rig.Server.ReadAccessLog(into) is > 0 and int length) text.Append(Encoding.ASCII.GetString(into, 0, length));
                return text.ToString().Count(c => c == '\n') >= atLeast;
            },
            () => text.ToString());
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.InRange(line.Length, 2, 1023));
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
