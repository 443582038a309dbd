using Integration.Layer4;

namespace Integration.Faults;

/// <summary>Either side vanishes with RST, in every phase: nothing is left, nobody else notices, and no torn answer looks whole.</summary>
public sealed class ResetTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";

    private static readonly int Port = LoopbackProcess.FreePort();

    [Fact]
    public void AClientThatResetsLeavesNothing()
    {
        (string Phase, string Sent, string Seen)[] cases =
        [
            ("connected", "", ""),
            ("in the request head", "GET / HTTP/1.1\r\nHo", ""),
            ("in the request body", Post.Replace("/ ", "/never ", StringComparison.Ordinal) + "0123456789", ""),
            ("waiting for the answer", "GET /never HTTP/1.1\r\nHost: a\r\n\r\n", ""),
            ("in the answer", "GET /half HTTP/1.1\r\nHost: a\r\n\r\n", "half"),
            ("in an endless answer", "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", "xxxx"),
            ("idle", Get, "ok"),
            ("pipelining", Get + Get + "GET /never HTTP/1.1\r\nHost: a\r\n\r\n" + Get, "ok"),
        ];
        using var server = new ScriptedServer(Serve);
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        foreach ((string phase, string sent, string seen) in cases) ResetClients(daemon, phase, sent, seen);
    }

    [Fact]
    public void AServerThatVanishesIsNeverTakenForOneThatAnswered()
    {
        (string Path, string Request, int Status)[] cases =
        [
            ("/reset-at-once", Get, 502),
            ("/reset-in-body", Post, 502),
            ("/reset-in-head", Get, 502),
            ("/reset-after-100", Get, 502),
            ("/reset-in-answer", Get, 200),
            ("/reset-in-chunked", Get, 200),
            ("/close-in-answer", Get, 200),
            ("/close-in-chunked", Get, 200),
            ("/close-at-once", Get, 502),
            ("/close-in-head", Get, 502),
        ];
        using var server = new ScriptedServer(Serve);
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        foreach ((string path, string request, int status) in cases) ResetByServer(daemon, path, request, status);
    }

    [Fact]
    public void AServerThatClosesAnIdleConnectionAsItIsReusedCostsNoRequest()
    {
        int served = 0;
        using var server = new ScriptedServer(connection =>
        {
            // One to three requests, then an end that nothing announced: at once, or when the next request may be on its way.
            int number = Interlocked.Increment(ref served);
            for (int i = 0; i <= number % 3; i++)
            {
                connection.ReadHead();
                connection.Answer("ok");
            }

            if (number % 2 == 0) Thread.SpinWait(number % 50 * 100);
            if (number % 5 == 0) connection.Reset();
        });
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port));
        var wrong = new System.Collections.Concurrent.ConcurrentBag<string>();
        Thread[] clients = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => Repeat(1000, wrong)))];
        Array.ForEach(clients, client => client.Start());
        Array.ForEach(clients, client => client.Join());

        Assert.Empty(wrong);
        Assert.True(server.Accepted > 1000, $"only {server.Accepted} connections: nothing was closed under a request");
        daemon.AssertSettles();
    }

    private static void ResetClients(Daemon daemon, string phase, string sent, string seen)
    {
        var clients = new List<RawClient>();
        for (int i = 0; i < 50; i++)
        {
            clients.Add(new RawClient(Port));
            clients[^1].Send(sent);
            Assert.True(seen.Length == 0 || clients[^1].ReadUntil(received => received.Contains(seen, StringComparison.Ordinal)) == RawEnd.Enough, phase);
        }

        Lab.Until.True($"all are there: {phase}", () => daemon.Clients() == 50);
        clients.ForEach(client => client.Reset());

        daemon.AssertSettles();
        AssertServes();
    }

    private static void ResetByServer(Daemon daemon, string path, string request, int status)
    {
        for (int i = 0; i < 20; i++)
        {
            using var client = new RawClient(Port);
            client.Send(request.Replace("/ ", path + " ", StringComparison.Ordinal) + (request == Post ? "0123456789" : ""));

            RawEnd end = client.ReadUntil(received => status == 502 && received.Contains("\r\n\r\n502", StringComparison.Ordinal));

            string final = client.Received.StartsWith("HTTP/1.1 100", StringComparison.Ordinal) ? client.Received[25..] : client.Received;
            Assert.True(final.StartsWith($"HTTP/1.1 {status}", StringComparison.Ordinal), $"{path}: {client.Received}, then {end}");
            // An orderly end would tell an HTTP/1.0 client, and some others, that this was all.
            Assert.Equal(status == 502 ? RawEnd.Enough : RawEnd.Reset, end);
        }

        daemon.AssertSettles();
        Lab.Until.True("the server is used again", () => Answer() == 200);
    }

    private static void Repeat(int requests, System.Collections.Concurrent.ConcurrentBag<string> wrong)
    {
        using var client = new RawClient(Port);
        for (int i = 1; i <= requests; i++)
        {
            client.Send(Get);
            RawEnd end = client.ReadUntil(received => received.EndsWith("ok", StringComparison.Ordinal) && received.Length >= i * AnswerLength);
            if (end == RawEnd.Enough) continue;
            wrong.Add($"request {i}: {end} {client.Received[((i - 1) * AnswerLength)..]}");
            return;
        }
    }

    private const int AnswerLength = 40;

    private static void Serve(ScriptedConnection connection)
    {
        while (true)
        {
            string path = connection.ReadHead().Split(' ')[1];
            switch (path)
            {
                case "/": connection.Answer("ok"); break;
                case "/never": connection.ReadHead(); return;
                case "/half": connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"); connection.ReadHead(); return;
                case "/endless": connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n"); Endless(connection); return;
                case "/reset-after-100": connection.Send("HTTP/1.1 100 Continue\r\n\r\n"); connection.Reset(); return;
                case "/reset-in-body": connection.Read(); connection.Reset(); return;
                case "/reset-in-head" or "/close-in-head": connection.Send("HTTP/1.1 200 OK\r\nContent-"); break;
                case "/reset-in-answer" or "/close-in-answer": connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"); break;
                case "/reset-in-chunked" or "/close-in-chunked": connection.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"); break;
            }

            if (path.StartsWith("/reset", StringComparison.Ordinal)) connection.Reset();
            if (path != "/") return;
        }
    }

    private static void Endless(ScriptedConnection connection)
    {
        byte[] block = new byte[65536];
        Array.Fill(block, (byte)'x');
        while (true) connection.Send(block);
    }

    private static void AssertServes() => Assert.Equal(200, Answer());

    private static int Answer()
    {
        using var client = new RawClient(Port);
        client.Send(Get);
        client.ReadUntil(received => received.EndsWith("ok", StringComparison.Ordinal));
        return client.Status;
    }
}
