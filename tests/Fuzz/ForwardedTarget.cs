using System.Net;
using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Listeners;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>The chains that trusted proxies hand over: who is taken for the client, and what is added.</summary>
internal sealed class ForwardedTarget : ITarget
{
    private static readonly TrustedNetworks Trusted = new([IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("2001:db8::/32")]);
    private static readonly ClientAddress Proxy = ClientAddress.From(IPAddress.Parse("198.51.100.1"));
    private static readonly ClientAddress Stranger = ClientAddress.From(IPAddress.Parse("203.0.113.1"));
    private static readonly Route Route = Route.Compile(new RouteSettings(), new HttpSettings(), pool: null);

    private readonly HttpExchange _exchange = new();
    private readonly RequestIds _ids = new();

    public string Name => "http-forwarded";

    public int MaximumLength => 4000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[] { "192.0.2.1", "198.51.100.7", "203.0.113.9:80", "[2001:db8::1]", "[2001:db8::1]:443", "2001:db8::1", ", ", ",", "for=", ";", "=", "\"", "\\", "unknown", "_hidden", "proto=https", "by=", "%", "\n" }
            .Select(Encoding.Latin1.GetBytes),
    ];

    /// <summary>The input is the values of both fields, one a line.</summary>
    public int Run(ReadOnlySpan<byte> input)
    {
        string[] lines = Encoding.Latin1.GetString(input).Split('\n');
        string text = "GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(lines.Select(line => $"X-Forwarded-For: {line}\r\nForwarded: {line}\r\n")) + "\r\n";
        byte[] head = Encoding.Latin1.GetBytes(text);
        _exchange.Begin(Proxy, nowNs: 0);
        if (_exchange.Request.Parse(head) != HeadProgress.Complete || !_exchange.Normalize(head)) return 0;
        Require(ForwardedFor.NearestUntrusted(_exchange.Request, head, Stranger, Trusted, out _) == Stranger, "a stranger speaks for itself only");
        ClientAddress client = ForwardedFor.NearestUntrusted(_exchange.Request, head, Proxy, Trusted, out _);
        Require(client == Walk(lines), "the client is the nearest address that nobody trusts");
        _exchange.Route = Route;
        _exchange.EnsureId(_ids);
        byte[] room = new byte[UpstreamRequest.MaxLength(head, Route, "s"u8)];
        var origin = new RequestOrigin("198.51.100.1"u8, trusted: true, secure: true);
        int length = UpstreamRequest.Compose(room, head, _exchange, ForwardedStyle.Both, origin, "s"u8);
        StrictMessage sent = StrictMessage.Read(room.AsSpan(0, length), request: true);
        Require(sent.All("X-Forwarded-For") is [var chain] && chain.Split(", ")[^1] == "198.51.100.1", "the peer is the last of its chain");
        Require(sent.All("Forwarded") is [var list] && LastElement(list) == "for=198.51.100.1;proto=https;host=a", "so it is for a reader of quotations");
        return HashCode.Combine(client == Proxy, Trusted.Contains(client), client.IsIPv4, Math.Min(lines.Length, 8));
    }

    /// <summary>The same walk over strings: backwards through all elements as long as they are addresses that are trusted.</summary>
    private static ClientAddress Walk(string[] lines)
    {
        ClientAddress nearest = Proxy;
        foreach (string element in lines.SelectMany(line => line.Split(',')).Select(e => e.Trim(' ', '\t')).Where(e => e.Length > 0).Reverse().Take(32))
        {
            string text = element;
            if (text.StartsWith('[') && text.IndexOf(']') is > 0 and int bracket) text = text[1..bracket];
            else if (text.Split(':') is [var address, _]) text = address;
            if (!ClientAddress.TryParse(Encoding.Latin1.GetBytes(text), out ClientAddress named)) return nearest;
            nearest = named;
            if (!Trusted.Contains(named)) return nearest;
        }

        return nearest;
    }

    /// <summary>What stands behind the last comma that is outside quotations (RFC 7239 section 4).</summary>
    private static string LastElement(string list)
    {
        bool quoted = false;
        int start = 0;
        for (int i = 0; i < list.Length; i++)
        {
            if (quoted && list[i] == '\\') i++;
            else if (list[i] == '"') quoted = !quoted;
            else if (!quoted && list[i] == ',') start = i + 1;
        }

        return list[start..].Trim();
    }
}
