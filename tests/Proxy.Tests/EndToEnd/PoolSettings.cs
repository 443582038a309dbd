using System.Net;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Settings of tests about pools: one listener, one upstream.</summary>
internal static class PoolSettings
{
    public const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    public const string Broken = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 3\r\n\r\nbad";

    public static ProxySettings Of(UpstreamSettings upstream) =>
        ProxyRig.HttpSettings(new TimeoutSettings(), Upstream.Nobody()) with { Upstreams = [upstream] };

    public static UpstreamSettings Pool(params IPEndPoint[] servers) => ProxyRig.Pool(servers);

    public static string Answer(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>Asks until a condition holds, in order, on one connection; every answer must be 200.</summary>
    public static async Task AskUntilAsync(ProxyRig rig, Func<bool> done)
    {
        long end = Environment.TickCount64 + (long)Deadline.Limit.TotalMilliseconds;
        while (!done())
        {
            Assert.True(Environment.TickCount64 < end, "the condition does not come about");
            Assert.Equal(200, (await rig.AskAsync(Get)).Head.Status);
        }
    }
}
