using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>A request body larger than the listener allows.</summary>
public sealed class BodyLimitTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Expect: 100-continue\r\n")]
    public async Task AnAnnouncedBodyIsRefusedBeforeAnythingIsForwarded(string expect)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(upstream);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{expect}Content-Length: 11\r\n\r\n");
        HttpText head = (await client.ReadAnswerAsync()).Head;
        Assert.Equal((413, "close", 0), (head.Status, head["Connection"], upstream.Count));
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\n0123456789")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\na;extension=of-more-than-ten\r\n0123456789\r\n0\r\nX-Trailer: long\r\n\r\n")]
    public async Task ABodyOfTheLimitPasses(string rest)
    {
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using ProxyRig rig = Rig(upstream);
        Assert.Equal(204, (await rig.AskAsync("POST / HTTP/1.1\r\nHost: a\r\n" + rest)).Head.Status);
    }

    [Fact]
    public async Task AChunkedBodyIsCountedAndTheServerDoesNotTakeThePartForTheWhole()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(upstream);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.ReadTextAsync("5\r\nhello\r\n".Length);
        await client.SendAsync("6\r\nabcdef\r\n0\r\n\r\n");
        Assert.Equal("", (await server.ExpectResetAsync()).Replace("5\r\nhello\r\n", ""));
        Assert.Equal(413, (await client.ReadAnswerAsync()).Head.Status);
        // All of it has arrived, so where the next request begins is certain.
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer next = await upstream.AcceptAsync();
        await next.ReadHeadAsync();
        await next.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal(204, (await client.ReadAnswerAsync()).Head.Status);
    }

    private static ProxyRig Rig(Upstream upstream)
    {
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        return new ProxyRig(settings with { Listeners = [settings.Listeners[0] with { Http = new HttpSettings { MaxBodySize = 10 } }] });
    }
}
