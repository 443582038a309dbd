using Integration.Layer4;

namespace Integration.Faults;

/// <summary>Servers that do not keep to the protocol: the client gets what was declared, or an error, or a torn connection; never another answer.</summary>
public sealed class BrokenServerTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static readonly int Port = LoopbackProcess.FreePort();

    [Fact]
    public void AnAnswerThatIsNoneIs502()
    {
        (string What, string Answer)[] cases =
        [
            ("garbage", "\0\x01\x02\x03 nothing of the kind\r\n\r\n"),
            ("HTTP/0.9", "<html>hello</html>\r\n\r\n"),
            ("no status", "HTTP/1.1 abc OK\r\n\r\n"),
            ("a version", "HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            ("two framings", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
            ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!"),
            ("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"),
            ("a fold", "HTTP/1.1 200 OK\r\nX: y\r\n z\r\nContent-Length: 2\r\n\r\nok"),
            ("bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
            ("NUL", "HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 2\r\n\r\nok"),
            ("CR", "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok"),
            ("an upgrade that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" + Good),
        ];
        using var server = new ScriptedServer(connection =>
        {
            connection.Send(cases[Number(connection)].Answer);
            connection.ReadHead();
        });
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        for (int i = 0; i < cases.Length; i++)
        {
            using var client = new RawClient(Port);
            client.Send($"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n");
            RawEnd end = client.ReadUntil(received => received.Contains("\r\n\r\n502", StringComparison.Ordinal) || received.EndsWith("ok", StringComparison.Ordinal));
            Assert.True(client.Status == 502, $"{cases[i].What}: {client.Received}, then {end}");
        }

        daemon.AssertSettles();
    }

    [Fact]
    public void WhatComesBeyondTheDeclaredLengthReachesNobody()
    {
        string much = string.Concat(Enumerable.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 100));
        using var server = new ScriptedServer(connection =>
        {
            connection.ReadHead();
            connection.Send(Good + much);
            connection.ReadHead();
            connection.Send(much);
        });
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        using var client = new RawClient(Port);
        for (int i = 1; i <= 50; i++)
        {
            client.Send(Get);
            Assert.Equal(RawEnd.Enough, client.ReadUntil(received => received.Split("\r\n\r\nok").Length > i));
        }

        Assert.DoesNotContain("evil", client.Received, StringComparison.Ordinal);
        client.Dispose();
        daemon.AssertSettles();
    }

    [Fact]
    public void AnEndlessHeadIsGivenUp()
    {
        (string Begin, string More)[] cases =
        [
            ("", "HTTP/1.1 100 Continue\r\n\r\n"),
            ("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
            ("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
            ("HTTP/1.1 200 OK\r\nX: ", "yyyyyyyyyyyyyyyy"),
            ("HTTP/1.1 200 ", "yyyyyyyyyyyyyyyy"),
        ];
        using var server = new ScriptedServer(connection =>
        {
            (string begin, string more) = cases[Number(connection)];
            string block = string.Concat(Enumerable.Repeat(more, 1000));
            connection.Send(begin);
            while (true) connection.Send(block);
        });
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        for (int i = 0; i < cases.Length * 10; i++)
        {
            using var client = new RawClient(Port);
            client.Send($"GET /{i % cases.Length} HTTP/1.1\r\nHost: a\r\n\r\n");
            RawEnd end = client.ReadUntil(received => received.Contains("\r\n\r\n502", StringComparison.Ordinal));
            Assert.True(end == RawEnd.Enough && client.Received.Length < 16384, $"{cases[i % cases.Length]}: {client.Received.Length} bytes, then {end}");
        }

        daemon.AssertSettles();
    }

    /// <summary>Which case the request asks for.</summary>
    private static int Number(ScriptedConnection connection) => int.Parse(connection.ReadHead().Split(' ')[1].AsSpan(1));
}
