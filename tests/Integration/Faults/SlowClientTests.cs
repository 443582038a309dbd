using System.Diagnostics;
using System.Globalization;
using Integration.Lab;
using Integration.Layer4;

namespace Integration.Faults;

/// <summary>Clients that take their time or send without end cost a bound amount of memory and nobody else's time.</summary>
public sealed class SlowClientTests
{
    private const long Mebibyte = 1024 * 1024;
    private const string Tail = "Host: a\r\n\r\n";

    private static readonly int Port = LoopbackProcess.FreePort();

    [Fact]
    public void AThousandDrippingHeadsEndAtTheLimitAndDelayNobody()
    {
        using ScriptedServer server = Answering();
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port, "timeouts: { request_header: 8s }, "));
        var drips = new List<RawClient>();
        try
        {
            for (int i = 0; i < 1000; i++)
            {
                drips.Add(new RawClient(Port));
                drips[^1].Send("GET / HTTP/1.1\r\n");
            }

            Until.True("all are accepted", () => daemon.Clients() == 1000);
            var others = new List<double>();
            // The drips are what keeps the connections busy; they stop being taken at the limit.
            Until.True("the drips are over", () => Drip(drips, others) == 0, seconds: 60);

            Assert.True(others.Count > 3 && others.Max() < 4000, $"{others.Count} other requests took up to {others.Max()} ms");
            int told = drips.Count(drip => drip.ReadToEnd() is RawEnd.Closed or RawEnd.Reset && drip.Status == 408);
            Assert.Equal(1000, told);
            daemon.AssertSettles();
        }
        finally
        {
            drips.ForEach(drip => drip.Dispose());
        }
    }

    [Fact]
    public void ABodyBelowTheRateEndsAfterFiveSeconds()
    {
        using ScriptedServer server = Silent();
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port, "minimum_body_rate: 1000, "));
        using var slow = new RawClient(Port);
        long start = Stopwatch.GetTimestamp();
        slow.Send("POST / HTTP/1.1\r\nContent-Length: 100000\r\n" + Tail);

        // Fifty bytes a second, so that no idle limit is at work.
        RawEnd end = RawEnd.Deadline;
        Until.True("the body is given up", () => (end = slow.ReadUntil(_ => false, slow.Send("0123456789") ? 0.2 : 5)) != RawEnd.Deadline, seconds: 40);

        Assert.Equal(408, slow.Status);
        Assert.NotEqual(RawEnd.Deadline, end);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds >= 4.5, "it was given up early");
        daemon.AssertSettles();
    }

    [Fact]
    public void AnEndlessHeadIsRefusedAtItsLimit()
    {
        const string Chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + Tail;
        (string Begin, string More, int Status)[] cases =
        [
            ("GET / HTTP/1.1\r\n", "X: y\r\n", 431),
            ("GET / HTTP/1.1\r\nX: ", "yyyyyyyyyyyyyyyy", 431),
            ("GET /", "yyyyyyyyyyyyyyyy", 414),
            ("", "YYYYYYYYYYYYYYYY", 414),
            (Chunked + "5;", "yyyyyyyyyyyyyyyy", 400),
            (Chunked + "0\r\n", "X: y\r\n", 400),
        ];
        using ScriptedServer server = Silent();
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        foreach ((string begin, string more, int status) in cases) Endless(begin, more, status, times: 1);
        long before = daemon.ResidentBytes();
        foreach ((string begin, string more, int status) in cases) Endless(begin, more, status, times: 20);

        Assert.InRange(daemon.ResidentBytes() - before, long.MinValue, 16 * Mebibyte);
        daemon.AssertSettles();
    }

    [Fact]
    public void ADeclaredSizeAboveTheBoundIsRefusedBeforeTheBody()
    {
        using ScriptedServer server = Answering();
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port, "max_body_size: 100m, "));
        using var client = new RawClient(Port);

        client.Send($"POST / HTTP/1.1\r\nContent-Length: {10240 * Mebibyte}\r\n" + Tail);

        Assert.Equal((RawEnd.Closed, 413), (client.ReadToEnd(), client.Status));
        Assert.Equal(0, server.Accepted);
        daemon.AssertSettles();
    }

    [Fact]
    public void HugeBodiesThatAreAbortedLeaveNothing()
    {
        using var server = new ScriptedServer(connection =>
        {
            bool upload = connection.ReadHead().StartsWith("POST", StringComparison.Ordinal);
            if (!upload) connection.Send($"HTTP/1.1 200 OK\r\nContent-Length: {10240 * Mebibyte}\r\n\r\n");
            byte[] block = new byte[65536];
            while (upload ? connection.Read().Length > 0 : connection.Send(block, true)) continue;
        });
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        long before = daemon.ResidentBytes();
        byte[] part = new byte[Mebibyte];
        for (int i = 0; i < 4; i++)
        {
            using var upload = new RawClient(Port);
            upload.Send($"POST / HTTP/1.1\r\nContent-Length: {10240 * Mebibyte}\r\n" + Tail);
            for (int sent = 0; sent < 20; sent++) Assert.True(upload.Send(part));
            using var download = new RawClient(Port);
            download.Send("GET / HTTP/1.1\r\n" + Tail);
            Assert.Equal(RawEnd.Enough, download.Drop(20 * Mebibyte));
            if (i % 2 == 0) upload.Reset();
            if (i % 2 == 0) download.Reset();
        }

        daemon.AssertSettles();
        Assert.InRange(daemon.ResidentBytes() - before, long.MinValue, 24 * Mebibyte);
    }

    private static void Endless(string begin, string more, int status, int times)
    {
        string lines = string.Concat(Enumerable.Repeat(more, 10_000));
        for (int i = 0; i < times; i++)
        {
            using var client = new RawClient(Port);
            client.Send(begin);
            int sent = 0;
            while (sent < 100 && client.IsOpen() && client.Send(lines)) sent++;

            Assert.True(sent < 100, $"a million times `{more}` after `{begin}` and no answer");
            RawEnd end = client.ReadToEnd();
            Assert.True(client.Status == status && end is RawEnd.Closed or RawEnd.Reset, $"`{begin}`, `{more}`: {client.Received}, then {end}");
        }
    }

    /// <summary>Takes bodies and never says a word.</summary>
    private static ScriptedServer Silent() => new(connection =>
    {
        while (connection.Read().Length > 0) continue;
    });

    private static ScriptedServer Answering() => new(connection =>
    {
        while (true)
        {
            connection.ReadHead();
            connection.Answer("ok");
        }
    });

    /// <summary>One byte on each connection that still takes it, and one whole request of somebody else; how many took it.</summary>
    private static int Drip(List<RawClient> drips, List<double> others)
    {
        long start = Stopwatch.GetTimestamp();
        (int status, double ms) = Get();
        Assert.Equal(200, status);
        others.Add(ms);
        int taken = drips.Count(drip => drip.IsOpen() && drip.Send("X"));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < 8, string.Create(CultureInfo.InvariantCulture, $"a round took {Stopwatch.GetElapsedTime(start)}"));
        return taken;
    }

    private static (int Status, double Milliseconds) Get()
    {
        long start = Stopwatch.GetTimestamp();
        using var client = new RawClient(Port);
        client.Send("GET / HTTP/1.1\r\n" + Tail);
        client.ReadUntil(received => received.EndsWith("ok", StringComparison.Ordinal));
        return (client.Status, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
