using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Integration.Lab;
using TestSupport;

namespace Integration.Traffic;

/// <summary>The real daemon with no descriptor left.</summary>
public sealed class DescriptorTests
{
    private static readonly IPEndPoint Admin = new(IPAddress.Loopback, 9900);

    [Fact]
    public void OutOfDescriptorsAcceptWaitsWithoutSpinningAndGoesOnAfterwards() => NetworkNamespace.Run([], () =>
    {
        using var home = new TemporaryFolder("descriptors-");
        Exhaust(home);
    });

    private static void Exhaust(TemporaryFolder home)
    {
        using Process daemon = Start(home, out Func<string> log);
        var clients = new List<Socket>();
        try
        {
            Until.True("the daemon is ready", () => log().Contains("ready after", StringComparison.Ordinal), seen: log);
            int highest = Directory.GetFiles($"/proc/{daemon.Id}/fd").Max(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));
            _ = Command.Run("prlimit", "--pid", $"{daemon.Id}", $"--nofile={highest + 5}:{highest + 5}").Text;
            // A silent connection to the daemon itself takes one descriptor and keeps it; there may be gaps below the highest.
            for (int i = 0; i < highest + 20; i++) clients.Add(Connect());
            Until.True("accepting is paused", () => log().Contains("accepting paused", StringComparison.Ordinal), seen: log);

            TimeSpan before = Cpu(daemon);
            // The time that passes is the subject: a listener that spins would use all of it, on each loop.
            Until.Stays("the daemon lives", () => !daemon.HasExited, 2, log);
            TimeSpan used = Cpu(daemon) - before;
            Assert.True(used < TimeSpan.FromSeconds(0.6), $"{used.TotalSeconds} s of processor time in 2 s");

            clients.ForEach(client => client.Dispose());
            clients.Clear();
            Until.True("clients are answered again", IsAnswered, seen: log);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
            if (!daemon.HasExited) daemon.Kill();
            daemon.WaitForExit();
        }
    }

    private static bool IsAnswered()
    {
        using Socket client = Connect();
        client.ReceiveTimeout = 1000;
        client.Send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"u8);
        byte[] answer = new byte[12];
        try
        {
            return client.Receive(answer) == answer.Length && answer.AsSpan().SequenceEqual("HTTP/1.1 200"u8);
        }
        catch (SocketException)
        {
            return false; // Not yet.
        }
    }

    private static Socket Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(Admin);
        return client;
    }

    private static TimeSpan Cpu(Process daemon)
    {
        daemon.Refresh();
        return daemon.TotalProcessorTime;
    }

    private static Process Start(TemporaryFolder home, out Func<string> log)
    {
        string config = home.PathOf("appliance.yaml");
        File.WriteAllText(config, $"""
            node: alone
            listeners:
              - name: relay
                address: 127.0.0.1:8081
                protocol: tcp
                upstream: web
            upstreams:
              - name: web
                servers:
                  - address: 127.0.0.1:9000
            admin:
              address: {Admin}
            """);
        var start = new ProcessStartInfo(Repository.Appliance, ["run", "--config", config]) { RedirectStandardOutput = true, RedirectStandardError = true };
        home.Hold(start);
        foreach (string name in new[] { "RUNTIME_DIRECTORY", "STATE_DIRECTORY" })
        {
            start.Environment[name] = Directory.CreateDirectory(home.PathOf(name)).FullName;
        }

        var daemon = new Process { StartInfo = start };
        var lines = new System.Text.StringBuilder();
        DataReceivedEventHandler keep = (_, line) =>
        {
            lock (lines) lines.AppendLine(line.Data);
        };
        daemon.OutputDataReceived += keep;
        daemon.ErrorDataReceived += keep;
        daemon.Start();
        daemon.BeginOutputReadLine();
        daemon.BeginErrorReadLine();
        log = () =>
        {
            lock (lines) return lines.ToString();
        };
        return daemon;
    }
}
