using Integration.Lab;
using Integration.Layer4;

namespace Integration.Faults;

/// <summary>A resource has run out: those inside go on, those outside are told, and it is over when it is over.</summary>
public sealed class ExhaustionTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const int Large = 8 * 1024 * 1024;

    private static readonly int Port = LoopbackProcess.FreePort();

    [Fact]
    public void WithoutDescriptorsForServersClientsAreToldAndLaterServed()
    {
        using var server = new ScriptedServer(connection =>
        {
            connection.ReadHead();
            connection.Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        });
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port, upstream: "keepalive: { maximum_idle: 0 }, "));
        RawClient[] clients = [.. Enumerable.Range(0, 20).Select(_ => new RawClient(Port))];
        try
        {
            foreach (RawClient client in clients) Assert.Equal(200, Ask(client));
            string usual = Command.Run("prlimit", "--pid", $"{daemon.Id}", "--nofile", "--output=SOFT,HARD", "--noheadings", "--raw").Text.Trim().Replace(' ', ':');
            // Whatever is open stays open; nothing can be opened.
            _ = Command.Run("prlimit", "--pid", $"{daemon.Id}", $"--nofile=3:{usual.Split(':')[1]}").Text;
            foreach (RawClient client in clients) Assert.True(Ask(client) is 502 or 503, client.Received);
            _ = Command.Run("prlimit", "--pid", $"{daemon.Id}", $"--nofile={usual}").Text;

            Until.True("clients are served again", () => Ask(clients[0]) == 200);
            foreach (RawClient client in clients) Assert.Equal(200, Ask(client));
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }

        daemon.AssertSettles();
    }

    [Fact]
    public void AtTheMemoryLimitNewConnectionsAreRefusedAndOldOnesFinish()
    {
        using var server = new ScriptedServer(connection =>
        {
            byte[] block = new byte[65536];
            while (true)
            {
                connection.ReadHead();
                connection.Send($"HTTP/1.1 200 OK\r\nContent-Length: {Large}\r\n\r\n");
                for (int sent = 0; sent < Large; sent += block.Length) connection.Send(block);
            }
        });
        using var daemon = Daemon.Start(Configs.Proxy(Port, server.Port, rest: "memory_limit: 16m"));
        var slow = new List<RawClient>();
        try
        {
            Until.True("a new connection is refused", () => !Holds(slow), seconds: 20, seen: () => $"{slow.Count} held, {daemon.Log}");
            Assert.InRange(slow.Count, 50, 1000);

            foreach (RawClient client in slow) Assert.Equal(RawEnd.Enough, client.Drop(Large - 100_000));
        }
        finally
        {
            slow.ForEach(client => client.Dispose());
        }

        daemon.AssertSettles();
        Until.True("new connections are served again", () =>
        {
            using var client = new RawClient(Port);
            return client.Send(Get) && client.Drop(Large) == RawEnd.Enough;
        });
    }

    /// <summary>One more client that begins to read an answer and stops; false when it was not let in.</summary>
    private static bool Holds(List<RawClient> slow)
    {
        RawClient client;
        try
        {
            client = new RawClient(Port);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }

        if (client.Send(Get) && client.ReadUntil(received => received.Length > 1000) == RawEnd.Enough)
        {
            slow.Add(client);
            return true;
        }

        client.Dispose();
        return false;
    }

    private static int Ask(RawClient client)
    {
        int before = client.Received.Length;
        if (!client.Send(Get)) return 0;
        client.ReadUntil(received => received.Length > before && received[before..].Contains("\r\n\r\n", StringComparison.Ordinal)
            && (received.EndsWith("ok", StringComparison.Ordinal) || received[before..].Contains("request id: ", StringComparison.Ordinal)));
        return client.Received.Length >= before + 12 ? int.Parse(client.Received.AsSpan(before + 9, 3)) : 0;
    }
}
