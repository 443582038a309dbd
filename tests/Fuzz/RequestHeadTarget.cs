using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Request heads: what is accepted and sent on has exactly one reading, the one that was judged and routed.</summary>
internal sealed class RequestHeadTarget : ITarget
{
    private static readonly string[] Ended = ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade"];
    private static readonly byte[] Server = Encoding.ASCII.GetBytes("198.51.100.2:80");

    private readonly RequestHead _stepped = new();
    private readonly HttpExchange _exchange = new();
    private readonly RequestIds _ids = new();
    private readonly Route[] _routes =
    [
        Compile(new RouteSettings()),
        Compile(new RouteSettings { PathPrefix = "/a", ReplacePrefix = "/in/side", Host = "$server" }),
        Compile(new RouteSettings
        {
            Host = "fixed.example",
            RequestHeaders = new HeaderEditSettings { Set = [new("X-Edge", "1"), new("X-Forwarded-Proto", "https")], Remove = ["Cookie", "X-One"] },
        }),
    ];

    public string Name => "http-request";

    public int MaximumLength => 80_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "GET ", "POST ", "OPTIONS * ", "CONNECT ", "/a/", "/a/../", "%2e%2e/", "%2F", "//", "http://a", "https://b:1/", " HTTP/1.1\r\n", " HTTP/1.0\r\n",
            "\r\n", "\r", "\n", "\r\n\r\n", "Host: a\r\n", "Host:b\r\n", "Content-Length: 5\r\n", "Content-Length: 6\r\n", "Content-Length : 5\r\n",
            "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding:\tchunked\r\n", "Connection: close, x-one\r\n",
            "Connection: upgrade\r\nUpgrade: websocket\r\n", "Upgrade: h2c\r\n", "X-One: 1\r\n", "X_Forwarded_For: 1\r\n", "X-Forwarded-For: 192.0.2.1\r\n",
            "Forwarded: for=\"x\r\n", "Forwarded: for=x\r\n", "X-Request-Id: id\r\n", "Expect: 100-continue\r\n", "Cookie: c\r\n", ": ", " ", "\t", "\0", "\x7f", "\xff",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        _exchange.Begin(ClientAddress.FromIPv4(0xC0000201), nowNs: 0);
        HeadProgress verdict = HeadSplits.Parse(_exchange.Request, _stepped, input);
        RequestHead request = _exchange.Request;
        if (verdict != HeadProgress.Complete) return HashCode.Combine(verdict, request.Error, request.FieldCount);
        ReadOnlySpan<byte> head = input[..request.Length];
        if (!_exchange.Normalize(head)) return -1;
        _exchange.BelieveTrustedPeer(head, _exchange.Client);
        _exchange.EnsureId(_ids);
        int way = input.Length % 8;
        foreach (Route route in _routes)
        {
            if (route.MatchesPath(_exchange.Path)) CheckSent(head, route, (ForwardedStyle)(way & 3), trusted: way >= 4);
        }

        return HashCode.Combine(request.FieldCount, request.Chunked, request.ContentLength < 0, request.KeepAlive, request.UpgradeField < 0, way);
    }

    private void CheckSent(ReadOnlySpan<byte> head, Route route, ForwardedStyle style, bool trusted)
    {
        _exchange.Route = route;
        byte[] room = new byte[UpstreamRequest.MaxLength(head, route, Server) + 512];
        var origin = new RequestOrigin("192.0.2.1"u8, trusted, secure: false);
        int length = UpstreamRequest.Compose(room, head, _exchange, style, origin, Server);
        Require(length <= room.Length - 512, "the room asked for is enough");
        if (route.RequestEdits is { } edits)
        {
            edits.Lines.CopyTo(room, length);
            length += edits.Lines.Length;
            length += Encoding.ASCII.GetBytes("\r\n", room.AsSpan(length));
        }

        StrictMessage sent = StrictMessage.Read(room.AsSpan(0, length), request: true);
        CheckStartLine(sent, head, route);
        RequestHead request = _exchange.Request;
        Require(sent.Framing == (request.Chunked ? "chunked" : request.ContentLength >= 0 ? request.ContentLength.ToString() : ""), "the framing is the same");
        Require(sent.All("Host").Length == 1, "there is one Host");
        bool upgrade = request.UpgradeField >= 0;
        Require(Ended.All(name => sent.All(name).Length == (upgrade && name is ("Connection" or "Upgrade") ? 1 : 0)), "what ends here does not go on");
        Require(sent.All("X-Request-Id").Length == 1, "there is one request id");
        Require(trusted || sent.Fields.All(field => !field.Name.Contains('_') || !IsClaim(field.Name)), "no claim of a stranger passes");
        Require(trusted || sent.All("X-Forwarded-For").All(value => value == "192.0.2.1"), "a stranger's chain is cut");
    }

    private void CheckStartLine(StrictMessage sent, ReadOnlySpan<byte> head, Route route)
    {
        RequestHead request = _exchange.Request;
        string[] parts = sent.StartLine.Split(' ');
        Require(parts[0] == Encoding.Latin1.GetString(request.Method(head)), "the method is the same");
        if (route.Rewrite is null)
        {
            Require(parts[1] == Encoding.Latin1.GetString(request.Target(head)), "the target is the same");
            return;
        }

        byte[] normal = new byte[parts[1].Length + 1];
        Require(TargetPath.TryNormalize(Encoding.Latin1.GetBytes(parts[1]), normal, out int length), "a rewritten target can be read");
        string path = Encoding.Latin1.GetString(_exchange.Path);
        Require(Encoding.Latin1.GetString(normal, 0, length) == "/in/side" + path["/a".Length..], "the rewritten path is the routed one below the replacement");
    }

    private static bool IsClaim(string name) =>
        name.Replace('_', '-').ToLowerInvariant() is "x-forwarded-for" or "x-forwarded-proto" or "x-forwarded-host" or "x-request-id";

    private static Route Compile(RouteSettings settings) => Route.Compile(settings, new HttpSettings(), pool: null);
}
