using System.Net;

namespace Proxy.Tests.Support;

/// <summary>Answers requests with 200, and checks as the test says.</summary>
internal sealed class HealthServer : IDisposable
{
    private readonly Upstream _upstream = new();
    private volatile string _answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private volatile string _lastCheck = "";

    public HealthServer()
    {
        Address = _upstream.Address;
        _upstream.Serve(async peer =>
        {
            while (true)
            {
                HttpText head = await peer.ReadHeadAsync();
                if (head["User-Agent"] != "appliance-health-check")
                {
                    await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    continue;
                }

                _lastCheck = $"{head.StartLine}|{head["Host"]}|{head["Connection"]}";
                if (await AnswerAsync(peer, _answer)) return;
            }
        });
    }

    public IPEndPoint Address { get; }

    /// <summary>What checks get: bytes, or !close, !silent, !long (64 KiB, then the text that nobody may look at).</summary>
    public string HealthAnswer
    {
        get => _answer;
        set => _answer = value;
    }

    /// <summary>Request line, Host and Connection of the last check.</summary>
    public string LastCheck => _lastCheck;

    public void Dispose() => _upstream.Dispose();

    /// <summary>True: the script is over, the connection stays as it is.</summary>
    private static async Task<bool> AnswerAsync(RawPeer peer, string answer)
    {
        if (answer == "!silent") return true;
        if (answer == "!long") answer = $"HTTP/1.1 200 OK\r\n\r\n{new string('x', 64 * 1024)}all is up";
        if (answer != "!close") await peer.SendAsync(answer);
        peer.Dispose();
        return true;
    }
}
