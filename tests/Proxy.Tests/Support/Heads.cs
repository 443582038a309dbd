using System.Net;
using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;

namespace Proxy.Tests.Support;

/// <summary>Heads as the data plane would hold and forward them, without a connection.</summary>
internal static class Heads
{
    public static readonly ClientAddress Peer = ClientAddress.From(IPAddress.Parse("192.0.2.1"));

    /// <summary>A sound request, parsed, normalised, with an id and a route.</summary>
    public static (HttpExchange Exchange, byte[] Head) Request(string text, RouteSettings? route = null, HttpSettings? http = null, bool trusted = false)
    {
        byte[] head = Encoding.Latin1.GetBytes(text);
        var exchange = new HttpExchange();
        exchange.Begin(Peer, nowNs: 0);
        Assert.Equal((HeadProgress.Complete, HttpError.None), (exchange.Request.Parse(head), exchange.Request.Error));
        head = head[..exchange.Request.Length];
        Assert.True(exchange.Normalize(head));
        if (trusted) exchange.BelieveTrustedPeer(head, Peer);
        exchange.EnsureId(new RequestIds());
        exchange.Route = Route.Compile(route ?? new RouteSettings(), http ?? new HttpSettings(), pool: null);
        return (exchange, head);
    }

    /// <summary>Why a head is refused; null: it is sound.</summary>
    public static HttpError? Refusal(string text)
    {
        var exchange = new HttpExchange();
        exchange.Begin(Peer, nowNs: 0);
        return exchange.Request.Parse(Encoding.Latin1.GetBytes(text)) == HeadProgress.Refused ? exchange.Request.Error : null;
    }

    /// <summary>The head as it goes upstream, as text.</summary>
    public static string Upstream(
        string text, RouteSettings? route = null, HttpSettings? http = null, bool trusted = false, string client = "192.0.2.1", bool secure = false)
    {
        (HttpExchange exchange, byte[] head) = Request(text, route, http, trusted);
        byte[] server = Encoding.ASCII.GetBytes("198.51.100.2:8080");
        byte[] room = new byte[UpstreamRequest.MaxLength(head, exchange.Route, server)];
        var origin = new RequestOrigin(Encoding.ASCII.GetBytes(client), trusted, secure);
        int length = UpstreamRequest.Compose(room, head, exchange, (http ?? new HttpSettings()).Forwarded, origin, server);
        return Whole(room, length, exchange.Route.RequestEdits);
    }

    /// <summary>A response's head as the client gets it, as text.</summary>
    public static string Client(string text, HeaderEditSettings? edits = null)
    {
        byte[] head = Encoding.Latin1.GetBytes(text);
        var response = new ResponseHead();
        response.Reset();
        Assert.Equal(HeadProgress.Complete, response.Parse(head));
        HeaderEdits? compiled = HeaderEdits.Merge(edits ?? new HeaderEditSettings(), new HeaderEditSettings());
        byte[] room = new byte[ClientResponse.MaxLength(head, default)];
        return Whole(room, ClientResponse.Compose(room, head, response, chunked: false, default, default, compiled), compiled);
    }

    private static string Whole(byte[] room, int length, HeaderEdits? edits) =>
        Encoding.Latin1.GetString(room, 0, length) + (edits is null ? "" : Encoding.Latin1.GetString(edits.Lines) + "\r\n");
}
