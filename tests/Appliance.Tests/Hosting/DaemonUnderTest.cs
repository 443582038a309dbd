using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using TestSupport;

namespace Appliance.Tests.Hosting;

/// <summary>
/// The built binary as a process, with directories, ports and a systemd of its own. Disposing kills what still runs and removes every
/// file.
/// </summary>
public sealed class DaemonUnderTest : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly string Binary = Path.Combine(AppContext.BaseDirectory, "appliance");

    private readonly TemporaryFolder _directory = new("appliance-test-");
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly StringBuilder _errors = new();
    private readonly List<string> _notifications = [];
    private Process? _process;

    public DaemonUnderTest()
    {
        Directory.CreateDirectory(RuntimeDirectory);
        Directory.CreateDirectory(StateDirectory);
        _systemd.Bind(new UnixDomainSocketEndPoint(_directory.PathOf("notify")));
        AdminPort = FreePort();
        WebPort = FreePort();
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{AdminPort}"), Timeout = Limit };
    }

    public string Home => _directory.FullName;

    public string RuntimeDirectory => _directory.PathOf("run");

    public string StateDirectory => _directory.PathOf("state");

    public string ConfigFile => _directory.PathOf("appliance.yaml");

    public string BundleFile => _directory.PathOf("policies.json");

    public int AdminPort { get; }

    public int WebPort { get; }

    /// <summary>Speaks to the admin address.</summary>
    public HttpClient Http { get; }

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What the daemon has written to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    public static int FreePort() => TestSupport.FreePort.Take();

    /// <summary>One http listener, one upstream; more can be added below.</summary>
    public void WriteConfig(int upstreamPort, string more = "", bool policies = false)
    {
        string section = policies ? $"policies:\n  file: {BundleFile}\n  table: {{ memory: 2m }}\n" : "";
        File.WriteAllText(
            ConfigFile,
            $$"""
            node: test
            listeners:
              - name: web
                address: 127.0.0.1:{{WebPort}}
                protocol: http
                routes:
                  - { upstream: web }
            upstreams:
              - name: web
                servers:
                  - { address: 127.0.0.1:{{upstreamPort}} }
            admin:
              address: 127.0.0.1:{{AdminPort}}
            {{section}}{{more}}
            """);
    }

    /// <summary>A bundle that lets each address pass <paramref name="burst"/> times; replaced atomically, as a tool would.</summary>
    public void WriteBundle(int version, int burst)
    {
        string temporary = BundleFile + ".new";
        File.WriteAllText(temporary, BundleText(version, burst));
        File.Move(temporary, BundleFile, overwrite: true);
    }

    public static string BundleText(int version, int burst) => $$$"""
        {"bundle_version": {{{version}}}, "policies": [{"id": "all", "spec": {"selector": {"pathPrefix": "/"}, "rules": [
          {"name": "each", "limit_keys": ["ip:address"], "algorithm": "token_bucket",
           "algorithm_config": {"tokens_per_second": 0.001, "burst": {{{burst}}}}}]}}]}
        """;

    public void Start()
    {
        ForgetNotifications();
        _process = Launch(Binary, ["run", "--config", ConfigFile]);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
    }

    public void StartAndWaitUntilReady()
    {
        Start();
        WaitForNotification("READY=1");
    }

    /// <summary>Waits until systemd has been told so, or the process has ended.</summary>
    public string WaitForNotification(string part)
    {
        long begin = Stopwatch.GetTimestamp();
        byte[] buffer = new byte[8192];
        while (Stopwatch.GetElapsedTime(begin) < Limit)
        {
            if (_notifications.FindIndex(text => text.Contains(part, StringComparison.Ordinal)) is >= 0 and var at)
            {
                string found = _notifications[at];
                _notifications.RemoveRange(0, at + 1);
                return found;
            }

            if (_systemd.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead))
            {
                _notifications.Add(Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer)));
            }
            else if (_process!.HasExited)
            {
                break;
            }
        }

        throw new TimeoutException($"no `{part}` from the daemon; its errors: {Errors}");
    }

    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-s", name, _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.True(kill.WaitForExit(Limit));
    }

    /// <summary>The exit code, once the daemon has ended by itself.</summary>
    public int WaitForExit()
    {
        Assert.True(_process!.WaitForExit(Limit), $"still running; its errors: {Errors}");
        _process.WaitForExit(); // until the last line of its output has been read
        return _process.ExitCode;
    }

    /// <summary>Runs another command of the binary with the daemon's directories.</summary>
    public (int Code, string Output, string Errors) Command(params string[] arguments) => Capture(Binary, arguments);

    /// <summary>
    /// Only root can become somebody with fewer rights. Elsewhere such a test has nothing to show; in CI that is a failure, not a pass.
    /// </summary>
    public static bool CanDropRights()
    {
        bool root = System.Environment.UserName == "root";
        Assert.True(root || System.Environment.GetEnvironmentVariable("CI") is not "true", "this test needs root, which CI must give it");
        return root;
    }

    /// <summary>Lets everybody read the directory and the config; the runtime directory and the secret, if any, become theirs on request.</summary>
    public void OpenToNobody(params string[] given)
    {
        File.SetUnixFileMode(Home, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(ConfigFile, (UnixFileMode)0b110_100_100);
        if (given.Length == 0) return;
        using Process chown = Process.Start("chown", ["65534", .. given]);
        Assert.True(chown.WaitForExit(Limit) && chown.ExitCode == 0);
    }

    /// <summary>Runs `appliance run` as an unprivileged user.</summary>
    public (int Code, string Output, string Errors) RunAsNobody() => Capture(
        "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", Binary, "run", "--config", ConfigFile]);

    public async Task<T> EventuallyAsync<T>(Func<Task<T>> look, Func<T, bool> good)
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            T seen = await look();
            if (good(seen)) return seen;
            if (Stopwatch.GetElapsedTime(begin) > Limit) throw new TimeoutException($"last seen: {seen}; the daemon's errors: {Errors}");
            await Task.Delay(20); // between two looks at a condition with a deadline
        }
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _systemd.Dispose();
        Http.Dispose();
        _directory.Dispose();
    }

    /// <summary>What an earlier process has said is not this one's word.</summary>
    private void ForgetNotifications()
    {
        byte[] buffer = new byte[8192];
        while (_systemd.Poll(0, SelectMode.SelectRead)) _systemd.Receive(buffer);
        _notifications.Clear();
    }

    private (int Code, string Output, string Errors) Capture(string program, string[] arguments)
    {
        using Process process = Launch(program, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Limit));
        return (process.ExitCode, output, errors.Result);
    }

    private Process Launch(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _directory.Hold(start);
        start.Environment["RUNTIME_DIRECTORY"] = RuntimeDirectory;
        start.Environment["STATE_DIRECTORY"] = StateDirectory;
        start.Environment["NOTIFY_SOCKET"] = _directory.PathOf("notify");
        foreach ((string name, string value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
