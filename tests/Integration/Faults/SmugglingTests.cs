using System.Text.RegularExpressions;
using Integration.Lab;
using Integration.Layer4;
using TestSupport;

namespace Integration.Faults;

/// <summary>
/// Each case is either refused and its connection closed, with nothing complete at the server, or it reaches the server in a form that has one
/// reading; a request behind it is neither swallowed nor made from its inside.
/// </summary>
public sealed partial class SmugglingTests
{
    private const string Marker = "GET /marker HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public void NoRequestIsReadInTwoWays()
    {
        using var server = new RecordingServer();
        int port = LoopbackProcess.FreePort();
        using var daemon = Daemon.Start(Yaml(port, server.Port));
        var failures = new List<string>();
        foreach (SmugglingCase one in SmugglingCases.All)
        {
            Outcome outcome = Try(port, one.Raw + Marker, one);
            List<string> streams = server.Take();
            string? wrong = outcome.Wrong ?? WrongAtServer(one, streams);
            if (wrong is not null) failures.Add($"{one.Name}: {wrong}\n    client: {Shown(outcome.Received)}\n    server: {Shown(string.Join(" | ", streams))}");
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {SmugglingCases.All.Count}:\n{string.Join('\n', failures)}");
        daemon.AssertSettles();
    }

    [Fact]
    public void NginxFindsTheRequestsThatWeFound()
    {
        using var home = new TemporaryFolder("smuggling-");
        int web = LoopbackProcess.FreePort(), port = LoopbackProcess.FreePort();
        File.WriteAllText(home.PathOf("nginx.conf"), NginxConfig(home.FullName, web));
        using var nginx = LoopbackProcess.Start(web, "nginx", "-e", "stderr", "-c", home.PathOf("nginx.conf"));
        using var daemon = Daemon.Start(Yaml(port, web));
        var expected = new List<string>();
        var failures = new List<string>();
        for (int i = 0; i < SmugglingCases.All.Count; i++)
        {
            SmugglingCase one = SmugglingCases.All[i];
            string raw = (one.Raw + Marker).Replace("/case", $"/case{i}", StringComparison.Ordinal).Replace("/marker", $"/marker{i}", StringComparison.Ordinal);
            // The number is inside no body of the table, so no length changes.
            if (Try(port, raw, one).Wrong is { } wrong) failures.Add($"{one.Name}: {wrong}");
            if (one.Status == 0) expected.Add($"/case{i} 200");
            if (one.Status == 0 && !one.LastRequest) expected.Add($"/marker{i} 200");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        string log = home.PathOf("access.log");
        Until.True("nginx has logged all", () => File.ReadLines(log).Count() >= expected.Count, seen: () => File.ReadAllText(log));
        // A body that was cut off has no complete request, which nginx logs as 400; nothing else may stand there.
        Assert.Equal(expected.Order(), File.ReadLines(log).Where(line => !line.EndsWith(" 400", StringComparison.Ordinal)).Order());
        daemon.AssertSettles();
    }

    /// <summary>A table whose readings all agreed about everything would show nothing.</summary>
    [Fact]
    public void TheReadingsDisagreeAboutWhatIsRefused()
    {
        int split = SmugglingCases.All.Count(one => one.Status != 0
            && Reading.All.Select(reading => string.Join('\n', reading.Requests(one.Raw + Marker, out _))).Distinct().Count() > 1);

        Assert.InRange(split, 50, SmugglingCases.All.Count);
    }

    private static Outcome Try(int port, string raw, SmugglingCase one)
    {
        using var client = new RawClient(port);
        client.Send(raw);
        int wanted = one is { Status: 0, LastRequest: false } ? 2 : int.MaxValue;
        RawEnd end = client.ReadUntil(received => Answers().Count(received) >= wanted && received.EndsWith("ok", StringComparison.Ordinal));
        int[] statuses = [.. Answers().Matches(client.Received).Select(match => int.Parse(match.Groups[1].ValueSpan))];
        string shown = $"statuses {string.Join(' ', statuses)}, then {end}";
        bool good = one switch
        {
            { Status: 0, LastRequest: false } => end == RawEnd.Enough && statuses is [200, 200],
            { Status: 0 } => end is RawEnd.Closed or RawEnd.Reset && statuses is [200] or [200, 400],
            _ => end is RawEnd.Closed or RawEnd.Reset && statuses.Length == 1 && statuses[0] == one.Status,
        };
        return new Outcome(good ? null : $"expected {(one.Status == 0 ? "to be forwarded" : one.Status)}, {shown}", client.Received);
    }

    private static string? WrongAtServer(SmugglingCase one, List<string> streams)
    {
        string[] expected = one switch
        {
            { Status: not 0 } => [],
            { LastRequest: true } => [$"/case {one.Body}"],
            _ => [$"/case {one.Body}", "/marker "],
        };
        foreach (Reading reading in Reading.All)
        {
            // Two requests of one client may take two connections.
            string[] found = [.. streams.SelectMany(stream => reading.Requests(stream, out _)).Select(request => request[(request.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
            if (!found.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal)))
                return $"the reading `{reading.Name}` finds [{string.Join(", ", found)}]";
        }

        return null;
    }

    private static string Shown(string text) => text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal);

    private static string Yaml(int port, int server) => $$"""
        node: alone
        listeners:
          - { name: web, address: "127.0.0.1:{{port}}", protocol: http, routes: [{ upstream: web }] }
        upstreams:
          - { name: web, servers: [{ address: "127.0.0.1:{{server}}" }] }
        log: { access: off }
        """;

    private static string NginxConfig(string home, int port) => $$"""
        daemon off; pid {{home}}/pid; error_log stderr crit; worker_processes 1; master_process off;
        events { worker_connections 64; }
        http {
            log_format short '$request_uri $status';
            access_log {{home}}/access.log short;
            client_body_temp_path {{home}}/body; proxy_temp_path {{home}}/proxy; fastcgi_temp_path {{home}}/fastcgi;
            uwsgi_temp_path {{home}}/uwsgi; scgi_temp_path {{home}}/scgi;
            server { listen 127.0.0.1:{{port}}; location / { return 200 "ok"; } }
        }

        """;

    [GeneratedRegex(@"HTTP/1\.1 (?!100)(\d{3}) ")]
    private static partial Regex Answers();

    private sealed record Outcome(string? Wrong, string Received);
}
