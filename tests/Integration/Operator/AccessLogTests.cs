using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Integration.Lab;

namespace Integration.Operator;

/// <summary>The access log as the real daemon writes it to its standard output.</summary>
public sealed partial class AccessLogTests : IDisposable
{
    // Standard output is a socket, as the journal's is; what comes out of it is passed on.
    private const string JournalLike = """
        import os, socket, sys
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            at = os.fstat(theirs.fileno())
            os.environ["JOURNAL_STREAM"] = f"{at.st_dev}:{at.st_ino}"
            os.dup2(theirs.fileno(), 1)
            os.execv(sys.argv[1], sys.argv[1:])
        theirs.close()
        while data := ours.recv(65536):
            os.write(1, data)
        """;

    private static readonly string[] Secrets = ["query-secret", "bearer-secret", "cookie-secret"];

    private readonly LoopbackDaemon _daemon = new();
    private readonly NamedServer _server = new("web");
    private readonly int _port = LoopbackDaemon.FreePort();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryRequestIsOneLineOfJsonWithoutAnySecret(bool journal)
    {
        Configure("all").Start(journal ? ["python3", "-c", JournalLike] : null);

        for (int i = 0; i < 5; i++)
        {
            _ = Command.Run("curl", "-s", "--fail", "-H", "Authorization: Bearer bearer-secret", "-H", "Cookie: session=cookie-secret", $"http://127.0.0.1:{_port}/path/{i}?token=query-secret").Text;
        }

        Until.True("five lines", () => Lines().Length >= 5, seen: () => _daemon.Output);
        string[] lines = Lines();
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.Equal(journal, line.StartsWith("<6>{", StringComparison.Ordinal)));
        // Each loop has its own buffer; between loops there is no order.
        Assert.Equal(["/path/0", "/path/1", "/path/2", "/path/3", "/path/4"], lines.Select(line => Parse(line).GetProperty("path").GetString()).Order());
        foreach (JsonElement entry in lines.Select(Parse))
        {
            Assert.Equal(200, entry.GetProperty("status").GetInt32());
            Assert.Equal("web", entry.GetProperty("listener").GetString());
        }

        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, _daemon.Output + _daemon.Log, StringComparison.Ordinal));
    }

    [Fact]
    public void ASampleHasSomeRequestsAndEveryFailure()
    {
        Configure("sampled").Start();

        Ask("/good/[1-3000]", "200", 3000);
        Ask("/bad/[1-300]", "502", 300);

        Until.True("every failure is told", () => Lines().Count(line => Parse(line).GetProperty("status").GetInt32() == 502) == 300, seen: () => _daemon.Output);
        JsonElement[] good = [.. Lines().Select(Parse).Where(line => line.GetProperty("status").GetInt32() == 200)];
        // A hundred a second at most, over all loops; each second that was begun counts.
        DateTimeOffset[] times = [.. good.Select(line => DateTimeOffset.Parse(line.GetProperty("time").GetString()!, CultureInfo.InvariantCulture))];
        double seconds = (times.Max() - times.Min()).TotalSeconds + 2;
        Assert.InRange(good.Length, 1, Math.Min(2999, 100 * seconds));
    }

    [Fact]
    public void WhenNobodyReadsTheOutputLinesAreLostAndCountedAndRequestsGoOn()
    {
        Configure("all").Start(readsOutput: false);

        string path = "/" + new string('x', 400);
        for (int round = 0; round < 20 && LostLines() == 0; round++) Ask($"{path}/[1-1000]", "200", 1000);

        Assert.True(LostLines() > 0, "no line was lost");
        Ask("/after", "200", 1);
        Assert.Contains("access lines lost", _daemon.Cli("status").Text, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _daemon.Dispose();
        _server.Dispose();
    }

    private static JsonElement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line.StartsWith("<6>", StringComparison.Ordinal) ? line[3..] : line);
        return document.RootElement.Clone();
    }

    private long LostLines() => long.Parse(Lost().Match(_daemon.Metrics()).Groups[1].Value, CultureInfo.InvariantCulture);

    private void Ask(string path, string code, int times)
    {
        string codes = Command.Run("curl", "-s", "--max-time", "60", "-o", "/dev/null", "-w", "%{http_code}\n", $"http://127.0.0.1:{_port}{path}").Text;
        Assert.Equal(times, codes.Split('\n').Count(one => one == code));
    }

    private string[] Lines() => _daemon.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private LoopbackDaemon Configure(string mode) => _daemon.Configure($$"""
        log: { access: {{mode}} }
        listeners:
          - name: web
            address: 127.0.0.1:{{_port}}
            routes: [{ path_prefix: /bad, upstream: nobody }, { upstream: web }]
        upstreams:
          - { name: web, servers: [{ address: "127.0.0.1:{{_server.Port}}" }] }
          - { name: nobody, servers: [{ address: "127.0.0.1:{{LoopbackDaemon.FreePort()}}" }] }
        """);

    [GeneratedRegex("^appliance_access_log_dropped_total ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Lost();
}
